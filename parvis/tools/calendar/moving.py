"""Where answers and exceptions go when the days of an event move. Not here: the plan (calendar.actions), a split (calendar.series)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F

from parvis.kernel import clock
from parvis.tools.calendar import dates, rules
from parvis.tools.calendar.models import Answer, Choice, Event, Occurrence

if TYPE_CHECKING:
    from parvis.tools.calendar.asking import Plan

FAR = timedelta(days=36_500)  # out of the way while days are shifted one by one
MARGIN = timedelta(days=62)  # beyond the horizon, so that its last dates have somewhere to go
# Days by which a date of a rhythm may miss the shift of its first: the first Tuesday isn't always before the first
# Wednesday, and a month may have no 31st.
REACH = {"month": 7, "month_weekday": 7, "year": 7, "other": 3}
STILL = ("day", "workday", "other")  # rhythms whose days stay when their first day moves


def days_for(
    days: Iterable[date], plan: Plan, by: timedelta, *, rhythm: str, since: date | None = None
) -> dict[date, date]:
    """To which date of a plan, from `since` on, each of these days goes when moved by `by`.

    None goes where another went; those for which there is no date are left out.
    """
    days = sorted(set(days))
    until = max(clock.today() + dates.AHEAD, plan.first_on) + MARGIN
    free = set(rules.dates_of(plan.rule, plan.first_on, until=until, since=since))
    found = {day: day + by for day in days if day + by in free}
    free -= set(found.values())
    reach = REACH.get(rhythm, 0)
    for day in days:
        near = [one for one in free if abs((one - day - by).days) <= reach] if day not in found else []
        if near:
            found[day] = min(near, key=lambda one, at=day + by: (abs(one - at), one))  # type: ignore[misc]
            free.remove(found[day])
    return found


def changes_for(rows: Iterable[Occurrence], places: Mapping[date, date]) -> list[dates.Change]:
    """The exceptions among these dates, to be given again on the days they go to: what was said of one date stays."""
    return [
        replace(dates.copied(row), original_on=places[row.original_on])
        for row in rows
        if row.original_on in places and (row.is_changed or row.is_cancelled)
    ]


def move_answers(key: int, days: Iterable[date], places: Mapping[date, date], **fields: Any) -> set[int]:
    """Takes the answers to these days of an event to their `places`; those to a day without one are taken away.

    Returns who was to come to a day that is no more.
    """
    rows = Answer.objects.filter(contribution_id=key)
    lost = rows.filter(original_on__in=[day for day in days if day not in places])
    people = set(lost.exclude(choice=Choice.NO).values_list("person_id", flat=True))
    lost.delete()
    shifts: dict[timedelta, list[date]] = {}
    for day, place in places.items():
        shifts.setdefault(place - day, []).append(day)
    moved: list[int] = []
    for shift, those in shifts.items():
        mine = rows.filter(original_on__in=those)
        moved += mine.values_list("pk", flat=True)
        mine.update(original_on=F("original_on") + (shift + FAR))
    Answer.objects.filter(pk__in=moved).update(original_on=F("original_on") - FAR, **fields)
    return people


def move_along(event: Event, plan: Plan) -> tuple[list[dates.Change], set[int]]:
    """Moves answers along when the first day moves and the rhythm stays; the dates themselves are left to be made anew.

    Of a series, only what is still to come, and only as far as its days move within their rhythm: that it now begins
    weeks later moves nobody's yes by weeks. Returns the exceptions to give again, and who was to come to a day that
    is no more.
    """
    by, since = plan.first_on - event.first_on, None
    rhythm = rules.choice_of(event.rule, event.first_on)
    if not by or rhythm == "other" or rhythm != rules.choice_of(plan.rule, plan.first_on):
        return [], set()
    rows = Occurrence.objects.filter(contribution_id=event.pk)
    if event.rule:
        by, since = rules.moved_within(rhythm, by), max(clock.today(), plan.first_on)
        rows = rows.filter(over_at__gte=clock.now())
    found = list(rows)
    days = [row.original_on for row in found]
    places = days_for(days, plan, by, rhythm=rhythm, since=since)
    # A single date goes where its event goes; of a series, what was said of one date stays said.
    changes = changes_for(found, places) if event.rule else []
    rows.delete()
    return changes, move_answers(event.pk, days, places)
