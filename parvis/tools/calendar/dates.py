"""The dates of an event: made from its rule for eighteen months ahead, exceptions kept. Not here: showing them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.tools.calendar import rules
from parvis.tools.calendar.models import Event, Occurrence, moment, span

if TYPE_CHECKING:
    from collections.abc import Sequence

AHEAD = timedelta(days=548)  # eighteen months
BACK = timedelta(days=366)  # of a series begun long ago, such as one imported
RENEWED = timedelta(days=30)  # how often the horizon moves
BATCH = 200  # series in one transaction


@dataclass(frozen=True)
class Change:
    """A date that isn't as its rule says; `original_on` is the day the rule gives."""

    original_on: date
    is_cancelled: bool = False
    first_on: date | None = None
    last_on: date | None = None
    starts: time | None = None
    ends: time | None = None
    place: str = ""
    has_no_place: bool = False  # where the series has one
    word: str = ""


def expand(
    event: Event, contribution: Contribution, *, exceptions: Sequence[Change] = (), anew: bool = False
) -> int:
    """Makes the dates of an event what its rule and its exceptions say, up to the horizon; returns how many there are.

    Dates gone from the rule disappear; exceptions already kept stay, those given are added. Of a series, what took
    place stays as it was, and nothing is added to it; unless all is made `anew`. Run again, it changes nothing.
    """
    today = clock.today()
    horizon = max(today + AHEAD, event.first_on)
    since = event.first_on if event.first_on > today - BACK else today - BACK
    days = rules.dates_of(event.rule, event.first_on, until=horizon, since=since if event.rule else None)
    # A series that was over long ago keeps its last date: without any it would have no page.
    days = days or rules.last_dates_of(event.rule, event.first_on, until=horizon)
    kept = {row.original_on: row for row in Occurrence.objects.filter(contribution_id=event.pk)}
    given = {one.original_on: one for one in exceptions}
    wanted = {day: _row(event, contribution, day, kept.get(day), given.get(day)) for day in days}
    is_series = bool(event.rule) and not anew
    past = {day for day, row in kept.items() if is_series and day not in given and _is_over(row)}
    if past:
        # Where nothing has taken place yet, a series may still be said to have begun earlier.
        known = (kept.keys() - past) | given.keys()
        wanted = {
            day: row for day, row in wanted.items() if day in known or not (day in past or _is_over(row))
        }
    gone = [
        row.pk
        for day, row in kept.items()
        if day not in wanted and day not in past and (day >= since or not event.rule)
    ]
    Occurrence.objects.filter(pk__in=gone).delete()
    new = [row for day, row in wanted.items() if day not in kept]
    changed = [row for day, row in wanted.items() if day in kept and _differs(row, kept[day])]
    Occurrence.objects.bulk_create(new, batch_size=500)
    Occurrence.objects.bulk_update(changed, FIELDS, batch_size=200)
    event.expanded_until = horizon
    event.save(update_fields=["expanded_until"])
    return len(wanted) + len(past)


FIELDS = [
    "first_on", "last_on", "starts", "ends", "begins_at", "over_at", "place", "has_no_place", "word", "is_changed", "is_cancelled",
    "remind_at",
]  # fmt: skip


def _is_over(row: Occurrence) -> bool:
    return row.over_at < clock.now()


def _differs(row: Occurrence, kept: Occurrence) -> bool:
    return any(getattr(row, name) != getattr(kept, name) for name in FIELDS)


def _row(
    event: Event, contribution: Contribution, day: date, kept: Occurrence | None, given: Change | None
) -> Occurrence:
    """A date as it should be: the exception given, the exception kept, or the rule's."""
    row = Occurrence(
        contribution=contribution,
        space_id=contribution.space_id,
        audience=contribution.audience,
        original_on=day,
        first_on=day,
        last_on=day + timedelta(days=event.days),
        starts=event.starts,
        ends=event.ends,
    )
    if given is not None:
        _except(row, given)
    elif kept is not None and kept.is_changed:
        for name in FIELDS:
            setattr(row, name, getattr(kept, name))
    elif kept is not None and kept.is_cancelled:
        row.is_cancelled, row.word = True, kept.word
    if kept is not None:
        row.pk = kept.pk
    row.begins_at, row.over_at = span(row.first_on, row.last_on, row.starts, row.ends, event.zone)
    row.remind_at = _reminder(event, row, kept)
    return row


def _except(row: Occurrence, given: Change) -> None:
    row.is_cancelled, row.word = given.is_cancelled, given.word
    if given.first_on is not None:
        row.is_changed = True
        row.first_on, row.last_on = given.first_on, given.last_on or given.first_on
        row.starts, row.ends = given.starts, given.ends
        row.place, row.has_no_place = given.place, given.has_no_place


def _reminder(event: Event, row: Occurrence, kept: Occurrence | None) -> datetime | None:
    """When to remind of this date: of a whole day, from nine o'clock; None when past, done, or not wished."""
    if not event.remind or row.is_cancelled:
        return None
    begins = row.begins_at if row.starts else moment(row.first_on, time(9), event.zone)
    at = begins - timedelta(minutes=event.remind)
    if at <= clock.now():
        return kept.remind_at if kept is not None and kept.begins_at == row.begins_at else None
    return at


def expand_again(limit: int = BATCH) -> int:
    """Moves the horizon of series that near it, the nearest first; called by a job. Returns how many."""
    due = Event.objects.exclude(rule="").filter(expanded_until__lt=clock.today() + AHEAD - RENEWED)
    locked = due.select_related("contribution").select_for_update(skip_locked=True, of=("self",))
    rows = list(locked.order_by("expanded_until")[:limit])
    for event in rows:
        expand(event, event.contribution)
    return len(rows)


def copied(row: Occurrence) -> Change:
    """A kept exception, to be given again."""
    if not row.is_changed:
        return Change(row.original_on, is_cancelled=row.is_cancelled, word=row.word)
    plain = Change(
        row.original_on, first_on=row.first_on, last_on=row.last_on, starts=row.starts, ends=row.ends
    )
    return replace(
        plain, is_cancelled=row.is_cancelled, place=row.place, has_no_place=row.has_no_place, word=row.word
    )
