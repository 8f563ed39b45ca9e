"""What a tool with dates says of them to other programs: calendars of events. Not here: the protocol (parvis.dav).

A tool gives `Tool.agendas(person)`, the calendars that person may read. They are for reading only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """One event of a calendar: its name in addresses, what changes with it, and when it is (None: open-ended)."""

    name: str  # of its file, ends in .ics
    tag: str
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Agenda:
    """One calendar. `entries(since, until)` are those with a date between, as their reader may see them; `texts(names)`
    are their iCalendar by name."""

    slug: str
    title: str
    colour: str
    entries: Callable[[datetime | None, datetime | None], Sequence[Entry]]
    texts: Callable[[Sequence[str]], dict[str, bytes]]
