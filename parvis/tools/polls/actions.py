"""Writes on a poll: open it, alone or inside something else, vote, add a choice, close it, say what was decided.

Not here: boxes, urns and counting (ballots), replies (the spine), reading a form of rules (rules).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.ballots.boxes import add_choice, close_box, is_over, locked_box, open_box
from parvis.ballots.casting import cast_ballot
from parvis.ballots.models import Box, Choice, Participation
from parvis.contributions.actions import publish, touch_card
from parvis.contributions.marks import Follow
from parvis.contributions.models import WAITING, Contribution, State
from parvis.contributions.outcomes import write_outcome
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, HasId, read
from parvis.kernel.errors import NotFound, ParvisError, Refused
from parvis.spaces.models import Level
from parvis.toolkit import registry
from parvis.tools.polls.models import Poll
from parvis.tools.polls.rules import Rules, closing_moment, read_rules

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_INSIDE = 10  # polls in one contribution


def open_poll(
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
    """Opens a poll whose question is the title; `options`: see rules.read_rules.

    Who may: whoever may post in the space. Raises NotFound, NotAllowed, Refused.
    """
    rules = read_rules(options or {}, opens_at=at)
    contribution = publish(
        "poll",
        space,
        title=title,
        body=body,
        by=by,
        tags=tags,
        at=at,
        is_draft=is_draft,
        card=_card(rules),
        may_be_empty=True,
    )
    _keep(contribution, rules)
    return contribution


def draft_poll(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Contribution:
    """A poll kept as its author's draft."""
    return open_poll(space, title=title, body=body, by=by, options=options, at=at, is_draft=True)


def add_poll(host: Contribution, *, title: str, options: dict[str, Any], by: Person) -> Contribution:
    """Opens a poll inside one's own contribution: a part of it, outside the streams, seen by whoever sees it.

    Of a text that waits it is a draft, and comes out with it. Who may: the contribution's author. Raises Refused for
    what is itself a part or a poll, was removed or hidden, and where polls aren't switched on.
    """
    require("contribution.edit", host, by=by)
    locked = Contribution.objects.select_for_update(of=("self",)).select_related("space").get(id=host.id)
    require_place(locked)
    if locked.parts.filter(kind="poll").count() >= MOST_INSIDE:
        raise Refused(_("Ten polls are enough for one text."))
    rules = read_rules(options)
    poll = publish(
        "poll",
        locked.space,
        title=title,
        body="",
        by=by,
        card=_card(rules),
        may_be_empty=True,
        part_of=locked,
        is_listed=False,
        is_draft=locked.state in WAITING,
        ability="space.read",  # having written what holds it is enough: it was asked above
    )
    _keep(poll, rules)
    touch_card(locked, polls=True)
    return poll


def require_place(contribution: Contribution) -> None:
    """Raises Refused, with the reason, where no poll can stand inside a contribution. One query."""
    if not may_hold_polls(contribution):
        raise Refused(_("A poll can't be added here: this is a part of something else, or was taken away."))
    if "polls" not in registry.slugs_on(contribution.space):
        raise Refused(_("This community doesn't have polls switched on: ask its hosts."))


def may_hold_polls(contribution: Contribution) -> bool:
    """Whether a poll may stand inside a contribution."""
    is_there = contribution.is_published or contribution.state in WAITING
    return is_there and contribution.part_of_id is None and contribution.kind != "poll"


def _card(rules: Rules) -> dict[str, Any]:
    closes = rules.closes_at.isoformat() if rules.closes_at else None
    return {"count": 0, "is_secret": rules.is_secret, "closes": closes}


def _keep(contribution: Contribution, rules: Rules) -> None:
    open_box(
        contribution,
        rules.choices,
        method=rules.method,
        points=rules.points,
        is_secret=rules.is_secret,
        may_change=rules.may_change,
        closes_at=rules.closes_at,
    )
    Poll.objects.update_or_create(
        contribution=contribution, defaults={"results": rules.results, "may_add": rules.may_add}
    )


def revise_poll(contribution: Contribution, *, options: dict[str, Any], by: Person) -> None:
    """After its text was changed: its choices and rules, as long as nobody has voted; later they stay as they are.

    Who may: the author. Raises Refused.
    """
    require("contribution.edit", contribution, by=by)
    if "method" not in options or locked_box(contribution).voters:
        return
    rules = read_rules(options)
    _keep(contribution, rules)
    touch_card(contribution, **_card(rules))


def poll_of(contribution: Contribution, *, lock: bool = False) -> Poll:
    """The detail of a poll, its spine row locked when something is to be decided on it. Raises NotFound."""
    if lock:
        lock_poll(contribution)
        contribution.refresh_from_db(fields=["card", "version", "state"])
    poll = Poll.objects.filter(contribution=contribution).first()
    if poll is None:
        raise NotFound
    poll.contribution = contribution
    return poll


def lock_poll(contribution: Contribution) -> None:
    """Every write on a poll takes the spine's row first, then the box's: two of them never wait for each other."""
    rows = Contribution.objects.select_for_update(of=("self",), no_key=True)
    if not rows.filter(id=contribution.id).values_list("id").first():
        raise NotFound


def vote(contribution: Contribution, marks: Mapping[int, int], *, by: Person) -> None:
    """Votes in a poll (see ballots.casting). Who may: whoever may answer it. Raises Refused."""
    lock_poll(contribution)
    box = cast_ballot(contribution, marks, by=by)
    # The number of voters stands on the card without a new version: nobody's edit is made stale by a vote.
    read(
        "UPDATE contributions_contribution SET card = jsonb_set(card, '{count}', to_jsonb(%s::int)) WHERE id = %s",
        [box.voters, contribution.id],
    )


def suggest_choice(contribution: Contribution, text: str, *, by: Person) -> Choice:
    """Adds a choice to a poll that allows it. Who may: whoever may vote, and its author. Raises Refused."""
    require("contribution.reply", contribution, by=by)
    if not poll_of(contribution).may_add or not contribution.is_published:
        raise Refused(_("The choices of this poll are fixed."), field="text")
    lock_poll(contribution)
    choice = add_choice(contribution, text, by=by)
    note(contribution, "choice_added", by=by)
    return choice


def set_closing(contribution: Contribution, closes: str | datetime | None, *, by: Person) -> None:
    """Changes when a poll closes, or leaves it open. Who may: its author and the hosts. Raises Refused once closed."""
    require("polls.close", contribution, by=by)
    poll_of(contribution, lock=True)
    box = locked_box(contribution)
    if box.closed_at is not None or (contribution.is_published and is_over(box)):
        raise Refused(_("This poll is closed: it can't be opened again."), field="closes")
    box.closes_at = closing_moment(closes)
    box.save(update_fields=["closes_at"])
    touch_card(contribution, closes=box.closes_at.isoformat() if box.closes_at else None)
    note(contribution, "date_set", by=by)


def close_poll(contribution: Contribution, *, by: Person) -> None:
    """Ends a poll for good and tells those who took part. Who may: its author and the hosts."""
    require("polls.close", contribution, by=by)
    if not contribution.is_published:
        raise Refused(_("Only a published poll can be closed."))
    _close(contribution, by)


def close_due() -> int:
    """Closes the polls whose date has come; called every minute by a job. Returns how many."""
    due = Box.objects.filter(closed_at=None, closes_at__lte=clock.now(), contribution__kind="poll")
    done = 0
    for box in due.select_related("contribution__space")[:200]:
        if box.contribution.state not in (State.DRAFT, State.SCHEDULED, State.CIRCLE):
            done += _close_or_leave(box.contribution)
    return done


def _close_or_leave(contribution: Contribution) -> int:
    """One urn that can't be read doesn't keep other polls from closing; votes in it have ended anyway."""
    try:
        with transaction.atomic():
            _close(contribution, SYSTEM)
    except ParvisError:
        return 0
    return 1


def _close(contribution: Contribution, by: HasId) -> None:
    poll_of(contribution, lock=True)
    if close_box(contribution) is None:
        return
    touch_card(contribution, is_closed=True)
    told = people_concerned(contribution, "vote_closed")
    # The author first of all: a poll without a decision was asked for nothing.
    told[str(contribution.author_id)] = "vote_to_decide"
    note(contribution, "closed", by=by, contribution=contribution.id, tell=told)


def people_concerned(contribution: Contribution, reason: str) -> dict[str, str]:
    """Who voted (in the order of their keys) and who follows the poll, but not those who muted it; for `tell`."""
    levels = dict(Follow.objects.filter(contribution=contribution).values_list("person_id", "level"))
    voted = Participation.objects.filter(box_id=contribution.id).values_list("person_id", flat=True)
    following = {key for key, level in levels.items() if level == Level.FOLLOWING}
    muted = {key for key, level in levels.items() if level == Level.MUTED}
    return {str(key): reason for key in sorted({*voted, *following} - muted)}


def conclude(contribution: Contribution, outcome: str, *, by: Person) -> None:
    """Writes what was decided after a poll; an empty text takes it away. Those concerned are told.

    Who may: its author and the hosts. Raises Refused while it is open, and when the text is too long.
    """
    require("polls.conclude", contribution, by=by)
    poll = poll_of(contribution, lock=True)
    if not is_over(locked_box(contribution)):
        raise Refused(_("Close the poll first: then say what was decided."), field="outcome")
    if not write_outcome(contribution, poll, outcome, by=by):
        return
    is_said = bool(poll.outcome)
    tell = people_concerned(contribution, "concluded") if is_said else {}
    note(
        contribution,
        "concluded" if is_said else "unconcluded",
        by=by,
        contribution=contribution.id,
        tell=tell,
    )


def settle(
    contribution: Contribution, *, outcome: str, by: Person, told: Collection[int] = frozenset()
) -> None:
    """Ends a poll with what came out of it, in one act, for whoever asked it by its role; one notice to those concerned.

    `told` know already. Who may: its author and the hosts. Raises Refused when it isn't published.
    """
    require("polls.close", contribution, by=by)
    require("polls.conclude", contribution, by=by)
    poll = poll_of(contribution, lock=True)
    if not contribution.is_published:
        raise Refused(_("Only a published poll can be closed."))
    if close_box(contribution) is not None:
        touch_card(contribution, is_closed=True)
    write_outcome(contribution, poll, outcome, by=by)
    tell = people_concerned(contribution, "concluded") | {str(contribution.author_id): "concluded"}
    tell = {key: reason for key, reason in tell.items() if int(key) not in told}
    note(contribution, "concluded", by=by, contribution=contribution.id, tell=tell)


def note(contribution: Contribution, verb: str, /, *, by: HasId, **payload: Any) -> None:
    """Records one fact about a poll; a vote in a secret one is never such a fact."""
    record(
        f"poll.{verb}",
        thing_kind="poll",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload=payload,
    )
