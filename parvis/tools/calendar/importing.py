"""Reading an iCalendar file into a community: bounded in size, events and dates. Not here: writing it (ical)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import icalendar
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.errors import Refused
from parvis.tools.calendar import dates, ical, rules
from parvis.tools.calendar.actions import add_event
from parvis.tools.calendar.asking import Plan, check_span, checked_link, checked_zone
from parvis.tools.calendar.models import Event

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_BYTES = 512 * 1024
MOST_LINES = 20_000
MOST_EVENTS = 200
MOST_DATES = 10_000  # of one file, all its events together
MOST_TEXT = 20_000
MOST_TITLE = 200
FIRST_YEAR, LAST_YEAR = 1970, 2200


@dataclass
class Read:
    """One event of a file, ready to be kept."""

    uid: str
    title: str
    body: str
    plan: Plan
    changes: list[dates.Change] = field(default_factory=list)


@dataclass
class Report:
    """What became of a file."""

    added: int = 0
    known: int = 0
    left_out: list[str] = field(default_factory=list)  # titles, with why


def import_calendar(space: Space, data: bytes, *, by: Person) -> Report:
    """Adds a file's events to a community's calendar, not to its stream; those added before are left as they are.

    Who may: whoever may post there. Raises NotFound, NotAllowed, Refused for what isn't a calendar or is too much.
    """
    require("space.post", space, by=by)
    found, report = read_calendar(data)
    known = _known(space, [one.uid for one in found])
    for one in found:
        if one.uid in known:
            report.known += 1
            continue
        known.add(one.uid)
        try:
            add_event(
                space, one.plan, title=one.title, body=one.body, by=by, is_listed=False, uid=one.uid,
                changes=one.changes,
            )  # fmt: skip
        except Refused as refusal:
            report.left_out.append(f"{one.title[:80]}: {refusal.sentence}")
        else:
            report.added += 1
    return report


def _known(space: Space, names: list[str]) -> set[str]:
    """Which of these events a community holds already: added from a file, or planned here and taken along as one."""
    here = {key: name for name in names if (key := ical.key_of(name))}
    mine = Event.objects.filter(contribution__space=space).exclude(contribution__state="removed")
    rows = mine.filter(Q(uid__in=names) | Q(uid="", contribution_id__in=here)).values_list(
        "contribution_id", "uid"
    )
    return {uid or here[key] for key, uid in rows}


def read_calendar(data: bytes) -> tuple[list[Read], Report]:
    """The events of a file, and those left out with the reason. Raises Refused when there is nothing to read."""
    if len(data) > MOST_BYTES or data.count(b"\n") > MOST_LINES:
        raise Refused(_("This file is too large: half a megabyte at most."), field="file")
    parts = _components(data)
    if len(parts) > MOST_EVENTS * 2:
        raise Refused(_("This file holds too many events: 200 at most."), field="file")
    report, total = Report(), 0
    found: list[Read] = []
    for whole, exceptions in _by_uid(parts):
        title = _text(whole.get("SUMMARY"), MOST_TITLE) or _("Without a title")
        try:
            one = _read(whole, exceptions, title)
        except Refused as refusal:
            report.left_out.append(f"{title[:80]}: {refusal.sentence}")
            continue
        except Exception:
            report.left_out.append(_("%(title)s: it can't be read.") % {"title": title[:80]})
            continue
        total += len(rules.dates_of(one.plan.rule, one.plan.first_on, until=one.plan.first_on + dates.AHEAD))
        if len(found) >= MOST_EVENTS or total > MOST_DATES:
            raise Refused(_("This file holds too many events: 200 at most."), field="file")
        found.append(one)
    if not found and not report.left_out:
        raise Refused(_("There is no event in this file."), field="file")
    return found, report


def _components(data: bytes) -> list[Any]:
    try:
        calendars = icalendar.Calendar.from_ical(data.decode("utf-8", errors="replace"), multiple=True)
        return [part for one in calendars for part in one.walk("VEVENT")]
    except Exception:
        raise Refused(_("This isn't a calendar file (.ics)."), field="file") from None


def _by_uid(parts: list[Any]) -> list[tuple[Any, list[Any]]]:
    """Each event with the dates of it that are other than its rule says; such a date alone is an event by itself."""
    whole: dict[str, Any] = {}
    others: dict[str, list[Any]] = {}
    for number, part in enumerate(parts):
        uid = str(part.get("UID") or f"?{number}")
        if part.get("RECURRENCE-ID") is not None:
            others.setdefault(uid, []).append(part)
        else:
            whole.setdefault(uid, part)
    alone: list[tuple[Any, list[Any]]] = [
        (part, []) for uid, dated in others.items() if uid not in whole for part in dated
    ]
    return [(part, others.get(uid, [])) for uid, part in whole.items()] + alone


def _read(part: Any, exceptions: list[Any], title: str) -> Read:
    if str(part.get("STATUS", "")).upper() == "CANCELLED":
        raise Refused(_("It is cancelled."))
    first_on, last_on, starts, ends, zone = _when(part)
    plan = Plan(
        first_on, last_on, starts, ends, zone, place=_text(part.get("LOCATION"), 200), link=_link(part),
        rule=_rule(part),
    )  # fmt: skip
    changes = _cancelled(part, zone) + [_change(one, zone, plan.place) for one in exceptions[:500]]
    body = str(_first(part.get("DESCRIPTION")) or "").replace("\x00", "")[:MOST_TEXT]
    uid = _text(part.get("UID"), 200)
    if uid and part.get("RECURRENCE-ID") is not None:
        uid += f"/{first_on}"
    return Read(uid or f"{first_on}-{title}"[:255], title, body, plan, changes)


def _when(part: Any, zone: str = "") -> tuple[date, date, time | None, time | None, str]:
    """First and last day, hours and zone of a component. Raises Refused for what can't be shown."""
    start = part.decoded("DTSTART")
    end = part.decoded("DTEND") if part.get("DTEND") is not None else None
    if end is None and part.get("DURATION") is not None:
        end = start + part.decoded("DURATION")
    if not isinstance(start, datetime):
        last = (end.date() if isinstance(end, datetime) else end or start + timedelta(days=1)) - timedelta(
            days=1
        )
        first_on, last_on, starts, ends = start, max(last, start), None, None
        zone = zone or checked_zone("")
    else:
        zone = zone or _zone(start)
        begins = _in_zone(start, zone)
        over = _in_zone(end, zone) if isinstance(end, datetime) else begins
        first_on, last_on = begins.date(), over.date()
        starts, ends = begins.time().replace(microsecond=0), over.time().replace(microsecond=0)
    if not (FIRST_YEAR <= first_on.year <= LAST_YEAR and last_on.year <= LAST_YEAR):
        raise Refused(_("Its day is too far away."))
    check_span(first_on, last_on, starts, ends)
    return first_on, last_on, starts, ends, zone


def _zone(moment: datetime) -> str:
    """The name of a moment's zone; the reader's own, when it has none or one that isn't known here."""
    name = str(getattr(moment.tzinfo, "key", "") or "")
    if moment.tzinfo is UTC or name in ("UTC", "Etc/UTC"):
        return "UTC"
    try:
        return checked_zone(name)
    except Refused:
        return timezone.get_current_timezone_name()


def _in_zone(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _rule(part: Any) -> str:
    found = part.get("RRULE")
    if isinstance(found, list) or part.get("RDATE") is not None:
        raise Refused(_("It repeats in more than one way."))
    if found is None or part.get("RECURRENCE-ID") is not None:
        return ""
    return rules.checked_rule(found.to_ical().decode())


def _days(value: Any, zone: str) -> list[date]:
    """The days that EXDATE or RECURRENCE-ID name, in the event's own zone."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        for inner in getattr(one, "dts", [one]):
            given = inner.dt
            found.append(_in_zone(given, zone).date() if isinstance(given, datetime) else given)
    return found


def _cancelled(part: Any, zone: str) -> list[dates.Change]:
    value = part.get("EXDATE")
    return [dates.Change(day, is_cancelled=True) for day in _days(value, zone)[:1000]] if value else []


def _change(part: Any, zone: str, usual: str) -> dates.Change:
    day = _days(part.get("RECURRENCE-ID"), zone)[0]
    if str(part.get("STATUS", "")).upper() == "CANCELLED":
        return dates.Change(day, is_cancelled=True)
    first_on, last_on, starts, ends, _same = _when(part, zone)
    place = _text(part.get("LOCATION"), 200)
    return dates.Change(
        day,
        first_on=first_on,
        last_on=last_on,
        starts=starts,
        ends=ends,
        place="" if place == usual else place,
        has_no_place=bool(usual) and not place,
    )


def _link(part: Any) -> str:
    try:
        return checked_link(part.get("URL"))
    except Refused:
        return ""


def _first(value: Any) -> Any:
    """Of what a file says more than once against the format, the first."""
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any, length: int) -> str:
    return " ".join(str(_first(value) or "").replace("\x00", "").split())[:length]
