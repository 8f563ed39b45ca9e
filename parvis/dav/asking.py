"""What a calendar-query asks for (RFC 4791, 9.7): between which moments, with which properties. Not here: the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import icalendar
from django.utils.translation import gettext as _

from parvis.dav.multistatus import c, d
from parvis.kernel.errors import Refused

MOST_FILTERS = 10


@dataclass(frozen=True)
class Filter:
    """One property of an event: there with these words in it (or without), or not there at all."""

    name: str
    words: str = ""
    is_absent: bool = False
    is_negated: bool = False

    def fits(self, event: icalendar.cal.Component) -> bool:
        if self.is_absent:
            return self.name not in event
        if self.name not in event:
            return False
        is_in = self.words.casefold() in str(event[self.name]).casefold()
        return is_in != self.is_negated


@dataclass(frozen=True)
class Query:
    """A question for events; None stands for an open end."""

    wants_events: bool = True
    since: datetime | None = None
    until: datetime | None = None
    filters: list[Filter] = field(default_factory=list)
    wants_texts: bool = False

    @property
    def needs_texts(self) -> bool:
        return self.wants_texts or bool(self.filters)

    def fits(self, text: bytes) -> bool:
        """Whether one of the event's components has all that is asked."""
        events = icalendar.Calendar.from_ical(text).walk("VEVENT") if text else []
        return any(all(one.fits(event) for one in self.filters) for event in events)


def read_query(body: Element) -> Query:
    """The question of a REPORT. Raises Refused for moments that are none."""
    wants_texts = body.find(f"{d('prop')}/{c('calendar-data')}") is not None
    calendar = body.find(f"{c('filter')}/{c('comp-filter')}")
    inner = [] if calendar is None else calendar.findall(c("comp-filter"))
    if not inner:
        return Query(wants_texts=wants_texts)
    events = next((one for one in inner if one.get("name") == "VEVENT"), None)
    if events is None or events.find(c("is-not-defined")) is not None:
        return Query(wants_events=False)
    span = events.find(c("time-range"))
    since = None if span is None else _moment(span.get("start"))
    until = None if span is None else _moment(span.get("end"))
    filters = [_filter(one) for one in events.findall(c("prop-filter"))[:MOST_FILTERS]]
    return Query(True, since, until, filters, wants_texts)


def _filter(one: Element) -> Filter:
    name = str(one.get("name", "")).upper()
    if one.find(c("is-not-defined")) is not None:
        return Filter(name, is_absent=True)
    match = one.find(c("text-match"))
    if match is None:
        return Filter(name)
    return Filter(name, words=match.text or "", is_negated=match.get("negate-condition") == "yes")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused(_("A moment is written like 20300105T080000Z."))
