"""Whom an activity concerns, and why: the people it names, those of the text and of the thread, those of the place.

Not here: whether they want to know and may (attention.delivering). No tool is named: rules go by what happened. Each
rule is one statement, however many people it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parvis.attention.models import Notice
from parvis.contributions.marks import Follow, Mention, Reaction
from parvis.contributions.models import Contribution, Reply
from parvis.journal.models import Activity
from parvis.spaces.models import Level, Membership, Subscription

REASON = 24  # the longest a reason may be


@dataclass(frozen=True)
class Told:
    """One person to tell, and why; the first reason found for a person wins."""

    person_id: int
    reason: str


def contribution_of(activity: Activity) -> int | None:
    """The contribution an activity speaks of, by id."""
    if "contribution" in activity.payload:
        return int(activity.payload["contribution"])
    return activity.thing_id if activity.thing_kind not in ("space", "person", "request") else None


def concerned(activity: Activity, contribution_id: int | None) -> Iterator[Told]:
    """People named by the action itself first, then those whom the text, the thread and the place concern."""
    yield from (Told(int(key), reason) for key, reason in activity.payload.get("tell", {}).items())
    if contribution_id is None:
        if activity.verb == "community.tool_opened":
            yield from _members(activity)
        return
    verb = activity.verb.rpartition(".")[2]
    if verb in ("published", "revised", "replied", "reply_revised"):
        yield from _mentioned(activity, contribution_id)
    if verb == "published":
        yield from _watching(activity, contribution_id)
    if verb == "replied":
        yield from _thread(activity, contribution_id)
    if verb == "reacted":
        yield from _thanked(activity, contribution_id)
    if verb == "reported":
        yield from (Told(key, "reported") for key in _hosts(activity.space_id))
    if verb in ("hidden", "reply_hidden"):
        yield from _author(activity, "hidden")


def _mentioned(activity: Activity, contribution_id: int) -> Iterable[Told]:
    reply_id = activity.thing_id if activity.thing_kind == "reply" else None
    rows = Mention.objects.filter(contribution_id=contribution_id, reply_id=reply_id)
    already = set()
    if activity.verb.endswith("revised"):
        already = set(
            Notice.objects.filter(
                contribution_id=contribution_id, thing_id=activity.thing_id, reason="mention"
            ).values_list("person_id", flat=True)
        )
    return [Told(key, "mention") for key in rows.values_list("person_id", flat=True) if key not in already]


def _watching(activity: Activity, contribution_id: int) -> Iterable[Told]:
    """Those who follow everything of the place, when what was published stands in its lists."""
    is_listed = Contribution.objects.listed().filter(id=contribution_id, is_imported=False)
    rows = Subscription.objects.filter(space_id=activity.space_id, level=Level.FOLLOWING)
    if not is_listed.exists():
        return []
    return [Told(key, "new") for key in rows.values_list("person_id", flat=True)]


def _thread(activity: Activity, contribution_id: int) -> Iterable[Told]:
    """The person answered, the author of the thread and those who follow it."""
    reply = Reply.objects.select_related("parent", "contribution").filter(id=activity.thing_id).first()
    if reply is None:
        return []
    rows = Follow.objects.filter(contribution_id=contribution_id, level=Level.FOLLOWING)
    found = [Told(reply.parent.author_id, "answer")] if reply.parent else []
    found += [Told(reply.contribution.author_id, "reply")]
    return found + [Told(key, "followed") for key in rows.values_list("person_id", flat=True)]


def _thanked(activity: Activity, contribution_id: int) -> Iterable[Told]:
    """The author of what somebody reacted to, once for each person who does, if they didn't take it back meanwhile."""
    reply_id = activity.thing_id if activity.thing_kind == "reply" else None
    given = Reaction.objects.filter(
        contribution_id=contribution_id, reply_id=reply_id, person_id=activity.actor_id
    )
    told = Notice.objects.filter(
        contribution_id=contribution_id,
        thing_id=activity.thing_id,
        actor_id=activity.actor_id,
        reason="thanked",
    )
    return _author(activity, "thanked") if given.exists() and not told.exists() else []


def _author(activity: Activity, reason: str) -> Iterable[Told]:
    rows = Reply.objects if activity.thing_kind == "reply" else Contribution.objects
    return [
        Told(key, reason) for key in rows.filter(id=activity.thing_id).values_list("author_id", flat=True)
    ]


def _members(activity: Activity) -> Iterable[Told]:
    """All members; the reason says which tool."""
    rows = Membership.objects.filter(space_id=activity.space_id).values_list("person_id", flat=True)
    reason = f"opened:{activity.payload.get('tool', '')}"[:REASON]
    return [Told(key, reason) for key in rows]


def _hosts(space_id: int | None) -> Iterable[int]:
    return Membership.objects.filter(space_id=space_id, role="host").values_list("person_id", flat=True)
