"""Laying the dates of a range out by days: a month, a week, a list. Not here: reading them (reading), HTML (templates)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.kernel.words import hue
from parvis.tools.calendar.asking import LAST_YEAR
from parvis.tools.calendar.saying import say

VIEWS = ("month", "week", "list")
LISTED = 60  # days that the list shows at a time


@dataclass(frozen=True)
class Range:
    """What a view shows: its days, both included, the day it is about, and where the arrows lead."""

    view: str
    on: date
    since: date
    until: date
    before: date
    after: date
    title: str


@dataclass
class Day:
    """One day of a view with what happens on it."""

    day: date
    is_today: bool
    is_outside: bool  # of the month shown
    words: str
    entries: list[dict[str, Any]] = field(default_factory=list)


def range_of(view: str, on: date) -> Range:
    """The days of a view around a day; the week begins on Monday."""
    on = min(max(on, date(1970, 2, 15)), date(LAST_YEAR, 11, 15))
    if view == "week":
        since = on - timedelta(days=on.weekday())
        until, step = since + timedelta(days=6), timedelta(days=7)
        title = _("Week of %(day)s") % {"day": say(since, "j F Y")}
        return Range(view, on, since, until, on - step, on + step, title)
    if view == "list":
        until, step = on + timedelta(days=LISTED - 1), timedelta(days=LISTED)
        title = _("From %(day)s") % {"day": say(on, "j F Y")}
        return Range(view, on, on, until, on - step, on + step, title)
    first = on.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    last = after - timedelta(days=1)
    since, until = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    before = (first - timedelta(days=1)).replace(day=1)
    return Range("month", on, since, until, before, after, say(first, "F Y").capitalize())


def days_of(
    shown: Range, rows: Iterable[Any], *, with_space: bool, more: Iterable[dict[str, Any]] = ()
) -> list[Day]:
    """Every day of a range with its dates, each on every day it lasts, in the reader's zone; what is whole-day first.

    `more` are entries of another making, each with its `day`.
    """
    today, zone = clock.today(), timezone.get_current_timezone()
    count = (shown.until - shown.since).days + 1
    days = [shown.since + timedelta(days=number) for number in range(count)]
    found = {
        day: Day(day, day == today, shown.view == "month" and day.month != shown.on.month, _in_words(day))
        for day in days
    }
    for row in rows:
        first, last = local_days(row, zone)
        entry = entry_of(row, zone, with_space=with_space)
        day = max(first, shown.since)
        while day <= min(last, shown.until):
            found[day].entries.append(entry if day == first else {**entry, "time": "", "is_going_on": True})
            day += timedelta(days=1)
    for entry in more:
        if entry["day"] in found:
            found[entry["day"]].entries.append(entry)
    for one in found.values():
        one.entries.sort(key=lambda entry: (entry["time"], entry["title"]))
    return [one for one in found.values() if one.entries or shown.view != "list"]


def local_days(row: Any, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day of a date for its reader; whole days are the same days everywhere."""
    if row.starts is None:
        return row.first_on, row.last_on
    last = row.over_at - timedelta(microseconds=1) if row.over_at > row.begins_at else row.over_at
    return row.begins_at.astimezone(zone).date(), last.astimezone(zone).date()


def entry_of(row: Any, zone: tzinfo, *, with_space: bool) -> dict[str, Any]:
    """One line of a calendar."""
    key = encode(row.id)
    url = f"/calendar/{key}/"
    return {
        "key": key,
        "url": f"{url}?date={row.original_on}" if row.is_again else url,
        "title": row.title,
        "language": row.language,
        "time": hour(row.begins_at, zone) if row.starts else "",
        "until": hour(row.over_at, zone) if row.starts else "",
        "place": row.place,
        "space": row.space_name if with_space else "",
        "hue": row.hue or hue(row.space_name),
        "is_cancelled": row.is_cancelled,
        "is_again": row.is_again,
        "choice": row.choice if not row.is_waiting else "waiting",
        "is_going_on": False,
    }


def hour(moment: datetime, zone: tzinfo) -> str:
    """The hour of a moment on the reader's clock."""
    return f"{moment.astimezone(zone):%H:%M}"


def _in_words(day: date) -> str:
    """A day as calendars say it: "Tuesday 1 December", with the year when it isn't this one."""
    words = say(day, "l j F" if day.year == clock.today().year else "l j F Y")
    return words[:1].upper() + words[1:]
