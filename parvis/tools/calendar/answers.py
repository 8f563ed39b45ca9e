"""Who comes: an answer to one date, its places and its waiting list. Not here: who is asked (calendar.inviting)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.spaces.models import Audience, Membership
from parvis.tools.calendar.models import Answer, Choice, Event, Occurrence

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

MOST_WORD = 200
MOST_AT_ONCE = 60  # dates that one answer may be given to


def answer(
    contribution: Contribution,
    day: date,
    choice: str,
    *,
    by: Person,
    word: str = "",
    and_following: bool = False,
) -> Answer:
    """Keeps one's answer to a date, in place of the one before; a yes beyond the places waits.

    `and_following` answers the dates after it too. Who may: whoever reads the event. Raises NotFound for a day that
    isn't one of its dates, Refused when it is over or cancelled.
    """
    require("contribution.react", contribution, by=by)
    if choice not in Choice.values:
        raise Refused(_("Answer yes, maybe or no."), field="choice")
    event = _locked(contribution)
    row = Occurrence.objects.filter(contribution_id=event.pk, original_on=day).first()
    if row is None:
        raise NotFound
    if row.is_cancelled:
        raise Refused(_("This date is cancelled."))
    if row.over_at < clock.now():
        raise Refused(_("This date is over."))
    kept = _keep(event, contribution, day, choice, word, by=by)
    if and_following:
        later = Occurrence.objects.filter(contribution_id=event.pk, original_on__gt=day, is_cancelled=False)
        for other in later.order_by("original_on").values_list("original_on", flat=True)[:MOST_AT_ONCE]:
            _keep(event, contribution, other, choice, word, by=by)
    record(
        "event.answered",
        thing_kind="event",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload={"day": day.isoformat(), "choice": choice},
        is_silent=True,
    )
    return kept


def _locked(contribution: Contribution) -> Event:
    """The event, its row locked: places are given one after another."""
    event = Event.objects.select_for_update().filter(contribution_id=contribution.pk).first()
    if event is None:
        raise NotFound
    if not contribution.is_published or event.cancelled_at:
        raise Refused(_("One can't answer it: it isn't published, or it is cancelled."))
    return event


def _keep(
    event: Event, contribution: Contribution, day: date, choice: str, word: str, *, by: Person
) -> Answer:
    if event.capacity is not None:
        _let_in(
            event, contribution, day
        )  # a place that somebody left by leaving goes to who waits, not to who comes now
    was = Answer.objects.filter(contribution_id=event.pk, original_on=day, person=by).first()
    had_place = was is not None and was.choice == Choice.YES and not was.is_waiting
    waited = was is not None and was.is_waiting
    waits = choice == Choice.YES and not had_place and not _has_place(event, day)
    kept, _new = Answer.objects.update_or_create(
        contribution_id=event.pk,
        original_on=day,
        person=by,
        defaults={
            "space_id": contribution.space_id,
            "audience": contribution.audience,
            "choice": choice,
            "word": " ".join(word.split())[:MOST_WORD],
            "is_waiting": waits,
            # Who waits keeps their turn when they only change their word.
            "answered_at": was.answered_at if was is not None and waited and waits else clock.now(),
        },
    )
    if had_place and choice != Choice.YES:
        _let_in(event, contribution, day)
    return kept


def _standing(event: Event, day: date) -> QuerySet[Answer]:
    """The answers to a date of those who may still read it: who left a closed community holds no place there."""
    member = Membership.objects.filter(space_id=OuterRef("space_id"), person_id=OuterRef("person_id"))
    rows = Answer.objects.filter(contribution_id=event.pk, original_on=day)
    return rows.filter(Q(audience=Audience.EVERYBODY) | Exists(member))


def _taken(event: Event, day: date) -> int:
    return _standing(event, day).filter(choice=Choice.YES, is_waiting=False).count()


def _has_place(event: Event, day: date) -> bool:
    return event.capacity is None or _taken(event, day) < event.capacity


def _let_in(event: Event, contribution: Contribution, day: date) -> None:
    """Gives free places to those who wait, the earliest first, and tells them. The caller holds the event's lock."""
    waiting = _standing(event, day).filter(is_waiting=True)
    rows = list(waiting.order_by("answered_at", "id"))
    free = len(rows) if event.capacity is None else max(event.capacity - _taken(event, day), 0)
    for row in rows[:free]:
        row.is_waiting = False
        row.save(update_fields=["is_waiting"])
        record(
            "event.let_in",
            thing_kind="event",
            thing_id=contribution.id,
            by=contribution.author,
            space_id=contribution.space_id,
            audience=contribution.audience,
            payload={"day": day.isoformat(), "tell": {str(row.person_id): "event_place"}},
        )


def let_in_all(contribution: Contribution, event: Event) -> None:
    """After the number of places changed: fills them on every date to come. The caller holds the event's lock."""
    waiting = Answer.objects.filter(contribution_id=event.pk, is_waiting=True, original_on__gte=clock.today())
    for day in set(waiting.values_list("original_on", flat=True)):
        _let_in(event, contribution, day)
