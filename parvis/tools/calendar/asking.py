"""What the forms of an event ask, and reading what was typed. Not here: keeping it (calendar.actions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.tools.calendar import rules
from parvis.tools.calendar.models import LONGEST, Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parvis.contributions.models import Contribution
    from parvis.spaces.models import Space

MOST_CAPACITY = 100_000
REMINDERS = (0, 10, 60, 1440, 2880, 10080)  # minutes before; 0 for none
NINE = time(9)
LAST_YEAR = 2200
COMMON_ZONES = (
    "Europe/Paris", "Europe/London", "Europe/Brussels", "Europe/Zurich", "Europe/Berlin", "Europe/Madrid",
    "Europe/Rome", "Europe/Lisbon", "Europe/Warsaw", "Europe/Athens", "Africa/Casablanca", "Africa/Tunis",
    "Africa/Dakar", "Africa/Abidjan", "Indian/Reunion", "America/Martinique", "America/Cayenne", "America/Montreal",
    "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Dubai", "Asia/Kolkata",
    "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Noumea", "Pacific/Tahiti", "UTC",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """When, where and how often, as typed and checked."""

    first_on: date
    last_on: date
    starts: time | None
    ends: time | None
    zone: str
    place: str = ""
    link: str = ""
    rule: str = ""
    capacity: int | None = None
    remind: int | None = None

    def fields(self) -> dict[str, Any]:
        """By the names of the model."""
        return dict(self.__dict__)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def checked_zone(name: object) -> str:
    """A known zone by name, or the reader's own when none is given. Raises Refused."""
    wanted = str(name or "") or timezone.get_current_timezone_name()
    if wanted not in _zones():
        raise Refused(_("Choose a time zone of the list."), field="zone")
    return wanted


def read_plan(typed: Mapping[str, Any], was: Event | None = None) -> Plan:
    """What the fields say; a rule that came from elsewhere ("other") stays as it `was`. Raises Refused (with field)."""
    first_on = _day(typed.get("day"), "day")
    if first_on is None:
        raise Refused(_("Say which day it is."), field="day")
    last_on = _day(typed.get("end_day"), "end_day") or first_on
    starts, ends = _hours(typed)
    if (
        ends is not None
        and starts is not None
        and ends < starts
        and last_on == first_on
        and typed.get("end_day") in ("", None)
    ):
        last_on = first_on + timedelta(days=1)  # it goes on past midnight
    check_span(first_on, last_on, starts, ends)
    repeat = str(typed.get("repeat") or "")
    if repeat == "other":
        rule = was.rule if was else ""
    else:
        until = _day(typed.get("repeat_until"), "repeat_until")
        rule = rules.rule_of(repeat, first_on, until=until, count=_count_kept(was, repeat))
    return Plan(
        first_on,
        last_on,
        starts,
        ends,
        checked_zone(typed.get("zone")),
        place=_line(typed.get("place"), 200),
        link=checked_link(typed.get("link")),
        rule=rule,
        capacity=_capacity(typed.get("capacity")),
        remind=_remind(typed.get("remind")),
    )


def _count_kept(was: Event | None, repeat: str) -> int | None:
    """How many times it repeats, where the rhythm stays: the form doesn't ask it, and must not make it endless."""
    is_same = was is not None and rules.choice_of(was.rule, was.first_on) == repeat
    return rules.count_of(was.rule) if was is not None and is_same else None


def check_span(first_on: date, last_on: date, starts: time | None, ends: time | None) -> None:
    """Refuses what ends before it begins, or lasts longer than a calendar can show."""
    if last_on < first_on or (last_on == first_on and starts and ends and ends < starts):
        raise Refused(_("It ends before it begins."), field="end_day")
    if (last_on - first_on).days >= LONGEST:
        raise Refused(_("An event lasts a month at most. Make several of it."), field="end_day")


def _hours(typed: Mapping[str, Any]) -> tuple[time | None, time | None]:
    if typed.get("whole_day") or not str(typed.get("hour") or "").strip():
        return None, None
    starts = _hour(typed.get("hour"), "hour")
    if not str(typed.get("end_hour") or "").strip():
        later = datetime.combine(date(2000, 1, 1), starts) + timedelta(hours=1)
        return starts, later.time()
    return starts, _hour(typed.get("end_hour"), "end_hour")


def _hour(text: object, field: str) -> time:
    try:
        return time.fromisoformat(str(text).strip()[:8]).replace(microsecond=0, tzinfo=None)
    except ValueError:
        raise Refused(_("Write the hour, for example 09:30."), field=field) from None


def _day(text: object, field: str) -> date | None:
    if not str(text or "").strip():
        return None
    try:
        found = date.fromisoformat(str(text).strip()[:10])
    except ValueError:
        raise Refused(_("Write the day, for example 2027-01-15."), field=field) from None
    if not 1970 <= found.year <= LAST_YEAR:
        raise Refused(_("Choose a day between 1970 and 2200."), field=field)
    return found


def read_day(text: object, field: str = "day") -> date | None:
    """A day typed or standing in an address; None when empty. Raises Refused."""
    return _day(text, field)


def _line(text: object, length: int) -> str:
    return " ".join(str(text or "").split())[:length]


def checked_link(text: object) -> str:
    """An address of the web, whole; "" for none. Raises Refused for any other kind of address."""
    link = str(text or "").strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        is_good = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not set(link) & set(' \t\r\n"<>')
        )
    except ValueError:
        is_good = False
    if not is_good or len(link) > 500:
        raise Refused(_("Write the whole address, beginning with https://"), field="link")
    return link


def _capacity(text: object) -> int | None:
    digits = str(text or "").strip()
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > 6 or not 1 <= int(digits) <= MOST_CAPACITY:
        raise Refused(_("Write a number of places, or leave it empty."), field="capacity")
    return int(digits)


def _remind(text: object) -> int | None:
    digits = str(text or "").strip()
    minutes = int(digits) if digits.isdecimal() and len(digits) < 6 else 0
    return minutes if minutes in REMINDERS and minutes else None


def new_fields(spaces: Sequence[Space], *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the composer asks of a new event: as typed, or tomorrow at nine."""
    tomorrow = clock.today() + timedelta(days=1)
    given = {name[4:]: value for name, value in typed.items() if name.startswith("opt_")}
    empty = {"day": tomorrow.isoformat(), "hour": "09:00", "end_hour": "10:00", "remind": "1440"}
    return _context(given or empty, is_new=True)


def edit_fields(contribution: Contribution, *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same on the edit page: as typed, or as it stands. One query."""
    event = Event.objects.get(contribution=contribution)
    given = {name[4:]: value for name, value in typed.items() if name.startswith("opt_")}
    return _context(given or typed_of(event), was=event)


def typed_of(event: Event) -> dict[str, str]:
    """An event as the fields would hold it."""
    until = rules.last_day_of(event.rule)
    return {
        "day": event.first_on.isoformat(),
        "end_day": event.last_on.isoformat() if event.days else "",
        "hour": f"{event.starts:%H:%M}" if event.starts else "",
        "end_hour": f"{event.ends:%H:%M}" if event.ends else "",
        "whole_day": "1" if event.is_whole_day else "",
        "zone": event.zone,
        "place": event.place,
        "link": event.link,
        "repeat": rules.choice_of(event.rule, event.first_on),
        "repeat_until": until.isoformat() if until else "",
        "capacity": str(event.capacity or ""),
        "remind": str(event.remind or 0),
    }


def _context(given: Mapping[str, Any], *, was: Event | None = None, is_new: bool = False) -> dict[str, Any]:
    repeat = str(given.get("repeat") or "")
    zone = str(given.get("zone") or "") or timezone.get_current_timezone_name()
    return {
        "given": given,
        "is_new": is_new,
        "repeats": [
            {"value": value, "label": label, "is_current": value == repeat}
            for value, label in repeat_choices(with_other=bool(was) and repeat == "other")
        ],
        "reminders": [
            {"value": minutes, "label": label, "is_current": str(given.get("remind") or 0) == str(minutes)}
            for minutes, label in reminder_choices()
        ],
        "zones": zone_choices(zone),
        "more": bool(given.get("link") or given.get("capacity") or given.get("end_day")),
    }


def repeat_choices(*, with_other: bool = False) -> list[tuple[str, str]]:
    """The repetitions that the form offers, with their words."""
    found = [
        ("", _("Once")),
        ("day", _("Every day")),
        ("workday", _("Every working day")),
        ("week", _("Every week")),
        ("fortnight", _("Every second week")),
        ("month", _("Every month, the same day")),
        ("month_weekday", _("Every month, the same day of the week")),
        ("year", _("Every year")),
    ]
    return [*found, ("other", _("As it is now"))] if with_other else found


def reminder_choices() -> list[tuple[int, str]]:
    """How long before it begins people may be reminded."""
    return [
        (0, _("No reminder")),
        (10, _("Ten minutes before")),
        (60, _("An hour before")),
        (1440, _("The day before")),
        (2880, _("Two days before")),
        (10080, _("A week before")),
    ]


def zone_choices(current: str) -> list[dict[str, Any]]:
    """The usual zones, and the current one whichever it is."""
    names = COMMON_ZONES if current in COMMON_ZONES else (current, *COMMON_ZONES)
    return [
        {"value": name, "label": name.replace("_", " "), "is_current": name == current}
        for name in names
        if name in _zones()
    ]


def zone_of(event: Event) -> ZoneInfo:
    """The zone of an event."""
    return ZoneInfo(event.zone)
