"""What tools put between people's cards at home, by each reader's choice; people come first, by a quota.

Not here: people's cards (toolkit.cards, contributions.stream), and what a tool chooses to show (its own `stream`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from parvis.kernel.pagination import Cursor
from parvis.toolkit import registry
from parvis.toolkit.spec import Piece

if TYPE_CHECKING:
    from parvis.people.models import Person

BETWEEN = 5  # people's cards before each piece, on every page anew: none stands first
OLDEST = timedelta(days=30)  # before now, where a stream ends
_FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Window:
    """The time of one page: its pieces lie after `after` and before `before`, and were there when the reading began."""

    before: Cursor
    after: Cursor
    as_of: datetime


def window_of(now: datetime, start: Cursor | None, following: Cursor | None, as_of: datetime) -> Window:
    """The time between the end of the page before and the end of this one: what lies in none of them is at no page.

    Pages share their ends, so nothing can stand on two of them or fall between.
    """
    as_of = min(max(as_of, _FIRST_DAY), now)
    end = following or Cursor(as_of - OLDEST, 0)
    return Window(
        before=_within(start or Cursor(as_of, _LAST_KEY), now), after=_within(end, now), as_of=as_of
    )


def _within(cursor: Cursor, now: datetime) -> Cursor:
    """An address may hold any year; a calendar may not."""
    return Cursor(min(max(cursor.at, _FIRST_DAY), now), cursor.id)


def pieces_for(viewer: Person, window: Window, cards: int) -> list[Piece]:
    """What the tools that this reader chose have for a page of so many people's cards. One query for each of them."""
    limit = cards // BETWEEN
    if not viewer.stream_tools or not limit:
        return []
    found: list[Piece] = []
    for slug in viewer.stream_tools.split():
        tool = registry.tool(slug)
        if tool is not None and tool.stream is not None:
            found += tool.stream(viewer, window, limit)
    return sorted(found, key=lambda piece: (piece.at, piece.id), reverse=True)[:limit]


def weave(
    cards: Sequence[tuple[Any, Markup]], pieces: Sequence[Piece], moment_of: Callable[[Any], datetime]
) -> list[Markup]:
    """People's cards in their order, each piece where its moment comes, but after BETWEEN of them at the earliest."""
    if not pieces:
        return [drawn for _row, drawn in cards]
    waiting, woven, since = list(pieces), [], 0
    for row, drawn in cards:
        if waiting and since >= BETWEEN and waiting[0].at >= moment_of(row):
            woven.append(waiting.pop(0).html)
            since = 0
        woven.append(drawn)
        since += 1
    if waiting and since >= BETWEEN:
        woven.append(waiting[0].html)
    return woven


def choose(slug: str, is_on: bool, *, by: Person) -> None:
    """Writes down that this person wants a tool's pieces at home, or no longer. The tool keeps which ones."""
    chosen = [one for one in by.stream_tools.split() if one != slug] + [slug] * is_on
    if " ".join(chosen) != by.stream_tools:
        by.stream_tools = " ".join(chosen)
        by.save(update_fields=["stream_tools"])
