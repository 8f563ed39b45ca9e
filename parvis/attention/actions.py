"""Telling people what concerns them, and clearing it once read.

Not here: the facts (journal) and the page of notices (web). No tool is named: rules go by what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from parvis.attention.models import Notice
from parvis.contributions.marking import mark_read
from parvis.contributions.marks import Follow, Mention
from parvis.contributions.models import Contribution, Reply
from parvis.journal.models import Activity
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.spaces.models import Level, Membership, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterable


REASON = 24  # the longest a reason may be


@dataclass(frozen=True)
class Told:
    """One person to tell, and why; the first reason found for a person wins."""

    person_id: int
    reason: str


def deliver(activity_id: int) -> None:
    """Writes the notices that one activity gives rise to. Run again, it adds none."""
    activity = Activity.objects.filter(id=activity_id).first()
    if activity is None:
        return
    contribution_id = _contribution_of(activity)
    told: dict[int, str] = {}
    for one in _concerned(activity, contribution_id):
        if one.person_id != activity.actor_id:
            told.setdefault(one.person_id, one.reason)
    readers = _who_may_read(contribution_id, set(told)) if contribution_id else set(told)
    Notice.objects.bulk_create(
        [
            Notice(
                person_id=person_id,
                reason=reason,
                activity_id=activity.id,
                actor_id=activity.actor_id,
                thing_kind=activity.thing_kind,
                thing_id=activity.thing_id,
                contribution_id=contribution_id,
                space_id=activity.space_id,
                audience=activity.audience,
                created_at=activity.created_at,
            )
            for person_id, reason in told.items()
            if person_id in readers
        ],
        ignore_conflicts=True,
    )


def _contribution_of(activity: Activity) -> int | None:
    if "contribution" in activity.payload:
        return int(activity.payload["contribution"])
    return activity.thing_id if activity.thing_kind not in ("space", "person", "request") else None


def _concerned(activity: Activity, contribution_id: int | None) -> Iterable[Told]:
    """People named by the action itself first, then those whom the text and the thread concern."""
    yield from (Told(int(key), reason) for key, reason in activity.payload.get("tell", {}).items())
    if contribution_id is None:
        if activity.verb == "community.tool_opened":
            yield from _members(activity)
        return
    verb = activity.verb.rpartition(".")[2]
    if verb in ("published", "revised", "replied", "reply_revised"):
        yield from _mentioned(activity, contribution_id)
    if verb == "replied":
        yield from _thread(activity, contribution_id)
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


def _thread(activity: Activity, contribution_id: int) -> Iterable[Told]:
    """The person answered, the author of the thread and those who follow it; muted threads tell nobody."""
    levels = dict(Follow.objects.filter(contribution_id=contribution_id).values_list("person_id", "level"))
    reply = Reply.objects.select_related("parent", "contribution").filter(id=activity.thing_id).first()
    if reply is None:
        return []
    found = [Told(reply.parent.author_id, "answer")] if reply.parent else []
    found += [Told(reply.contribution.author_id, "reply")]
    found += [Told(key, "followed") for key, level in levels.items() if level == Level.FOLLOWING]
    return [one for one in found if levels.get(one.person_id) != Level.MUTED]


def _author(activity: Activity, reason: str) -> Iterable[Told]:
    rows = Reply.objects if activity.thing_kind == "reply" else Contribution.objects
    return [
        Told(key, reason) for key in rows.filter(id=activity.thing_id).values_list("author_id", flat=True)
    ]


def _members(activity: Activity) -> Iterable[Told]:
    """All members but those who have muted the community; the reason says which tool."""
    muted = Subscription.objects.filter(space_id=activity.space_id, level=Level.MUTED).values("person_id")
    rows = Membership.objects.filter(space_id=activity.space_id, person__state="active")
    reason = f"opened:{activity.payload.get('tool', '')}"[:REASON]
    return [
        Told(key, reason) for key in rows.exclude(person_id__in=muted).values_list("person_id", flat=True)
    ]


def _hosts(space_id: int | None) -> Iterable[int]:
    return Membership.objects.filter(space_id=space_id, role="host").values_list("person_id", flat=True)


def _who_may_read(contribution_id: int, people: set[int]) -> set[int]:
    """Only those who may read the thing now are told of it: a mention never opens a door."""
    found = Person.objects.active().filter(id__in=people)
    return {
        person.id
        for person in found
        if Contribution.objects.visible_to(person).filter(id=contribution_id).exists()
    }


def read_thread(contribution: Contribution, *, by: Person, until: datetime | None = None) -> None:
    """Remembers how far a person read, and clears every notice that speaks of this contribution."""
    mark_read(contribution, until or clock.now(), by=by)
    clear(contribution.id, by=by)


def clear(contribution_id: int, *, by: Person) -> None:
    """A thing that is read has no unseen notice left."""
    if getattr(by, "unread_count", 1):
        Notice.objects.filter(person=by, contribution_id=contribution_id, seen_at=None).update(
            seen_at=clock.now()
        )


def follow_moved(replies: Iterable[int], to: Contribution) -> None:
    """Makes notices about replies that were moved lead to, and be read under, the contribution they are under now."""
    Notice.objects.filter(thing_kind="reply", thing_id__in=list(replies)).update(
        contribution_id=to.id, space_id=to.space_id, audience=to.audience
    )
