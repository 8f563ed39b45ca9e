"""Events written as iCalendar (RFC 5545): of one event, of a feed, of an invitation. Not here: reading it (importing)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar

from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.kernel.ids import decode
from parvis.kernel.markdown import fill_names_in_text, mentions_in_text
from parvis.people.models import names_of
from parvis.tools.calendar.models import Event, Occurrence

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST_TEXT = 8000


@dataclass(frozen=True)
class Letter:
    """What makes a calendar an invitation by mail (iMIP): its method, from which address, to whom."""

    method: str  # REQUEST or CANCEL
    sender: str
    to: Person


def calendar_of(
    events: Sequence[Event], *, name: str, letter: Letter | None = None, with_texts: bool = True
) -> bytes:
    """The events as one calendar; each holds its contribution (with its text, when wished). Two queries."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Parvis//Calendar//EN")
    made.add("version", "2.0")
    made.add("method", letter.method if letter else "PUBLISH")
    if letter is None:
        made.add("name", name)
        made.add("x-wr-calname", name)
        made.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        made.add("x-published-ttl", "PT1H")
    exceptions = _exceptions(events)
    names = _names(events) if with_texts else {}
    for event in events:
        for part in _parts(event, exceptions.get(event.pk, []), names, letter, with_texts=with_texts):
            made.add_component(part)
    made.add_missing_timezones()
    return bytes(made.to_ical())


def resources_of(events: Sequence[Event]) -> dict[int, bytes]:
    """Each event as a calendar of its own (RFC 4791, 4.1: without a method), by key. Two queries for all."""
    exceptions, names = _exceptions(events), _names(events)
    found = {}
    for event in events:
        made = icalendar.Calendar()
        made.add("prodid", "-//Parvis//Calendar//EN")
        made.add("version", "2.0")
        for part in _parts(event, exceptions.get(event.pk, []), names, None, with_texts=True):
            made.add_component(part)
        made.add_missing_timezones()
        found[event.pk] = bytes(made.to_ical())
    return found


def _exceptions(events: Iterable[Event]) -> dict[int, list[Occurrence]]:
    found: dict[int, list[Occurrence]] = {}
    rows = Occurrence.objects.filter(contribution_id__in=[event.pk for event in events])
    for row in rows.exclude(is_changed=False, is_cancelled=False).order_by("original_on"):
        found.setdefault(row.contribution_id, []).append(row)
    return found


def _names(events: Iterable[Event]) -> dict[int, str]:
    return names_of({key for event in events for key in mentions_in_text(event.contribution.body.text)})


def uid_of(event: Event) -> str:
    """The name of an event in every calendar, for ever."""
    return event.uid or f"{event.contribution.key}@{_host()}"


def key_of(uid: str) -> int:
    """Which event of ours such a name is of; 0 for a name given elsewhere."""
    key, _at, host = uid.partition("@")
    try:
        return decode(key) if host == _host() else 0
    except ValueError:
        return 0


def _host() -> str:
    return urlsplit(config.url).hostname or "parvis"


def _parts(
    event: Event,
    exceptions: Sequence[Occurrence],
    names: dict[int, str],
    letter: Letter | None,
    *,
    with_texts: bool,
) -> list[icalendar.Event]:
    """The event itself, then each date that is other than its rule says."""
    whole = _component(event, names, letter, with_texts=with_texts)
    single = next((row for row in exceptions if row.original_on == event.first_on), None)
    if not event.rule and single is not None and single.is_changed:
        _when(whole, single.first_on, single.last_on, single.starts, single.ends, event.zone)
    else:
        _when(whole, event.first_on, event.last_on, event.starts, event.ends, event.zone)
    if event.cancelled_at or (not event.rule and single is not None and single.is_cancelled):
        whole.add("status", "CANCELLED")
    if not event.rule:
        return [whole]
    whole.add("rrule", _rule(event))
    if event.cancelled_at:
        return [whole]
    gone = [_original(event, row.original_on) for row in exceptions if row.is_cancelled]
    if gone:
        whole.add("exdate", gone)
    changed = [row for row in exceptions if row.is_changed and not row.is_cancelled]
    return [whole, *(_changed(event, row, names, letter, with_texts=with_texts) for row in changed)]


def _changed(
    event: Event, row: Occurrence, names: dict[int, str], letter: Letter | None, *, with_texts: bool
) -> icalendar.Event:
    part = _component(event, names, letter, with_texts=with_texts, place=row.place_in(event))
    part.add("recurrence-id", _original(event, row.original_on))
    _when(part, row.first_on, row.last_on, row.starts, row.ends, event.zone)
    return part


def _component(
    event: Event, names: dict[int, str], letter: Letter | None, *, with_texts: bool, place: str | None = None
) -> icalendar.Event:
    contribution = event.contribution
    made = icalendar.Event()
    made.add("uid", uid_of(event))
    stamp = contribution.edited_at or contribution.published_at or contribution.created_at
    made.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    made.add("sequence", event.sequence)
    made.add("summary", contribution.title)
    where = event.place if place is None else place
    if where:
        made.add("location", where)
    link = f"{config.url.rstrip('/')}/calendar/{contribution.key}/"
    made.add("url", link)
    texts = [event.link]
    if with_texts:
        texts.insert(0, fill_names_in_text(contribution.body.text, names)[:MOST_TEXT])
    described = "\n\n".join(text for text in [*texts, link] if text)
    made.add("description", described)
    if letter is not None:
        _address(made, letter, contribution)
    return made


def _address(made: icalendar.Event, letter: Letter, contribution: Contribution) -> None:
    made.add("organizer", f"mailto:{letter.sender}", parameters={"cn": contribution.author.name})
    asked = {"cn": letter.to.name, "partstat": "NEEDS-ACTION", "rsvp": "FALSE", "role": "REQ-PARTICIPANT"}
    made.add("attendee", f"mailto:{letter.to.email}", parameters=asked)


def _when(
    made: icalendar.Event, first_on: date, last_on: date, starts: time | None, ends: time | None, zone: str
) -> None:
    """Whole days are dates, and their end is the day after the last."""
    if starts is None or ends is None:
        made.add("dtstart", first_on)
        made.add("dtend", last_on + timedelta(days=1))
        made.add("transp", "TRANSPARENT")
        return
    made.add("dtstart", _moment(first_on, starts, zone))
    made.add("dtend", _moment(last_on, ends, zone))


def _moment(day: date, hour: time, zone: str) -> datetime:
    found = datetime.combine(day, hour, tzinfo=ZoneInfo(zone))
    return found.astimezone(UTC) if zone == "UTC" else found


def _original(event: Event, day: date) -> date | datetime:
    """A date as the rule had it, before it was changed."""
    return _moment(day, event.starts, event.zone) if event.starts else day


def _rule(event: Event) -> Any:
    """The rule; where hours are given, its end is a moment in UTC, as the format demands."""
    rule = icalendar.vRecur.from_ical(event.rule)
    until = rule.get("UNTIL")
    if until and event.starts:
        day = until[0] if isinstance(until, list) else until
        rule["UNTIL"] = [
            _moment(date(day.year, day.month, day.day), time(23, 59, 59), event.zone).astimezone(UTC)
        ]
    return rule
