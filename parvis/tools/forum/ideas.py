"""Writes on the ideas of a brainstorm: add, give points, group, merge, retain.

Not here: their text and replies (the spine), the budget's arithmetic (ballots).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.ballots.actions import give_points, merge_options
from parvis.ballots.models import Budget
from parvis.ballots.reading import own_points
from parvis.contributions.actions import publish, touch_card
from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode
from parvis.tools.forum.actions import MAX_REASON, followers, note, topic_of
from parvis.tools.forum.models import Idea, Mode
from parvis.tools.forum.reading import MOST_IDEAS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.people.models import Person
    from parvis.spaces.models import Space


def add_idea(topic: Contribution, *, title: str, body: str, by: Person) -> Contribution:
    """Adds an idea to a brainstorm: a contribution of its own, a part of the topic, outside the streams.

    Who may: whoever may answer the topic. Its author and those who follow it are told. Raises Refused when the
    topic is closed, isn't a brainstorm or is full.
    """
    require("contribution.reply", topic, by=by)
    detail = topic_of(topic, lock=True)
    if detail.mode != Mode.BRAINSTORM:
        raise Refused(_("Ideas are collected in a brainstorm: answer this topic instead."))
    if topic.state != State.PUBLISHED or detail.closed_at is not None:
        raise Refused(_("This brainstorm is closed: no idea can be added any more."), field="title")
    if topic.parts.filter(kind="idea").count() >= MOST_IDEAS:
        raise Refused(
            _("This brainstorm is full. Ask its hosts to group ideas, or open another one."), field="title"
        )
    idea = publish(
        "idea",
        topic.space,
        title=title,
        body=body,
        by=by,
        part_of=topic,
        is_listed=False,
        may_be_empty=True,
        ability="contribution.reply",
    )
    Idea.objects.create(contribution=idea)
    Contribution.objects.filter(id=topic.id).update(last_activity_at=idea.published_at)
    tell = followers(topic, "idea")
    note(topic, "idea_added", by=by, contribution=topic.id, idea=idea.id, tell=tell)
    return idea


def publish_idea(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """The kind's entry: `options["topic"]` is the key of the brainstorm. Ideas are neither dated nor drafted."""
    try:
        key = decode(str((options or {}).get("topic", "")))
    except ValueError:
        key = 0
    topic = (
        Contribution.objects.visible_to(by)
        .filter(id=key, space=space, kind="topic")
        .select_related("space")
        .first()
    )
    if topic is None:
        raise Refused(_("An idea belongs to a brainstorm: open it there."))
    return add_idea(topic, title=title, body=body, by=by)


def draft_idea(
    space: Space, *, title: str, body: str, by: Person, options: Any = None, at: Any = None
) -> Contribution:
    """Ideas have no drafts of their own: the form keeps what is typed. Same as `publish_idea`."""
    return publish_idea(space, title=title, body=body, by=by, options=options)


def idea_of(contribution: Contribution) -> Idea:
    """The detail of an idea. Raises NotFound for anything else."""
    idea = Idea.objects.filter(contribution=contribution).first() if contribution.kind == "idea" else None
    if idea is None:
        raise NotFound
    idea.contribution = contribution
    return idea


def give(contribution: Contribution, points: int, *, by: Person) -> int:
    """Makes `points` what one gives to an idea; returns its new sum. May be changed until the topic is closed.

    Who may: whoever may answer the topic. Raises Refused beyond one's budget, and for an idea merged away.
    """
    rows = Budget.objects.select_for_update(of=("self",)).select_related("contribution__space")
    budget = rows.filter(pk=contribution.part_of_id).first()
    if budget is None:
        raise NotFound
    idea = idea_of(contribution)  # read under the lock: it may just have been merged
    if idea.merged_into_id is not None:
        raise Refused(_("This idea has been merged with another: give your points there."))
    idea.points = give_points(budget, contribution, points, by)
    idea.save(update_fields=["points"])
    return idea.points


def shift(contribution: Contribution, step: int, *, by: Person) -> dict[str, int]:
    """Gives one point more, or takes one back; returns what is now one's own, the idea's sum and what one has left.

    As `give`; the budget is locked before one's points are read, so two presses at once are two points.
    """
    if step not in (1, -1):
        raise Refused(_("Give or take one point at a time."))
    budget = Budget.objects.select_for_update().filter(pk=contribution.part_of_id).first()
    if budget is None:
        raise NotFound
    own = own_points(budget.pk, by)
    wanted = own.get(contribution.id, 0) + step
    total = give(contribution, wanted, by=by) if wanted >= 0 else idea_of(contribution).points
    own = own_points(budget.pk, by)
    return {"own": own.get(contribution.id, 0), "total": total, "left": budget.points - sum(own.values())}


def chosen_ideas(topic: Contribution, keys: Iterable[int]) -> list[Idea]:
    """Ideas of this topic by key, those merged away excepted, oldest first."""
    rows = Idea.objects.select_related("contribution").filter(contribution__part_of=topic, merged_into=None)
    return list(rows.filter(contribution_id__in=list(keys)).order_by("contribution_id"))


def group_ideas(topic: Contribution, keys: Iterable[int], *, name: str, by: Person) -> int:
    """Puts ideas under a common heading (none: takes them out of theirs); returns how many. Who may: the hosts."""
    require("forum.group", topic, by=by)
    topic_of(topic, lock=True)
    ideas = chosen_ideas(topic, keys)
    if not ideas:
        raise Refused(_("Choose at least one idea."), field="idea")
    heading = " ".join(name.replace("\x00", "").split())
    if len(heading) > 80:
        raise Refused(_("Keep the heading under 80 characters."), field="name")
    Idea.objects.filter(pk__in=[idea.pk for idea in ideas]).update(cluster=heading)
    note(topic, "grouped", by=by, ideas=[idea.pk for idea in ideas])
    return len(ideas)


def merge_ideas(topic: Contribution, keys: Iterable[int], *, into: int, by: Person) -> Idea:
    """Merges ideas into one: voters and points go with them, their pages stay and lead there. Who may: the hosts.

    Authors of the ideas merged away are told. Raises Refused when fewer than two are chosen.
    """
    require("forum.group", topic, by=by)
    topic_of(topic, lock=True)
    budget = Budget.objects.select_for_update().filter(pk=topic.id).first()  # nobody gives points meanwhile
    if budget is None:
        raise NotFound
    ideas = chosen_ideas(topic, {*keys, into})
    target = next((idea for idea in ideas if idea.pk == into), None)
    if target is None or len(ideas) < 2:
        raise Refused(_("Choose at least two ideas, and the one that stays."), field="idea")
    others = [idea for idea in ideas if idea is not target]
    for idea in others:
        target.points = merge_options(budget, idea.contribution, target.contribution)
        idea.points, idea.merged_into, idea.retained_at = 0, target, None
        idea.save(update_fields=["points", "merged_into", "retained_at"])
        Idea.objects.filter(merged_into=idea).update(merged_into=target)
        touch_card(idea.contribution)
    target.save(update_fields=["points"])
    told = {str(idea.contribution.author_id): "merged" for idea in others}
    note(
        target.contribution,
        "merged",
        by=by,
        contribution=target.pk,
        ideas=[idea.pk for idea in others],
        tell=told,
    )
    return target


def retain(contribution: Contribution, *, because: str, by: Person) -> None:
    """Says that an idea will be followed up, and why; its author is told. Who may: the hosts.

    Raises Refused without a reason, and for an idea merged away.
    """
    require("forum.retain", contribution, by=by)
    idea = idea_of(contribution)
    reason = " ".join(because.replace("\x00", "").split())
    if not reason:
        raise Refused(_("Say why this one: those who proposed others will read it."), field="because")
    if len(reason) > MAX_REASON:
        raise Refused(_("Keep the reason under 400 characters."), field="because")
    if idea.merged_into_id is not None:
        raise Refused(_("This idea has been merged with another: retain that one."))
    idea.retained_at, idea.retained_because = idea.retained_at or clock.now(), reason
    idea.save(update_fields=["retained_at", "retained_because"])
    touch_card(contribution, retained=True)
    note(
        contribution,
        "retained",
        by=by,
        contribution=contribution.id,
        tell={str(contribution.author_id): "retained"},
    )


def release(contribution: Contribution, *, by: Person) -> None:
    """Takes back that an idea was retained. Who may: the hosts."""
    require("forum.retain", contribution, by=by)
    idea = idea_of(contribution)
    if idea.retained_at is None:
        return
    idea.retained_at, idea.retained_because = None, ""
    idea.save(update_fields=["retained_at", "retained_because"])
    contribution.card.pop("retained", None)
    touch_card(contribution)
    note(contribution, "released", by=by)
