"""Keyset cursors: where the next page begins. Not here: the queries that use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from parvis.kernel.ids import decode, encode


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: its moment and its key."""

    at: datetime
    id: int

    def __str__(self) -> str:
        micros = round(self.at.timestamp() * 1_000_000)
        return f"{micros:x}-{encode(self.id)}"


def parse_cursor(text: str) -> Cursor | None:
    """The cursor behind an address parameter; None for anything that isn't one (a first page, then)."""
    head, _, tail = text.partition("-")
    try:
        at = datetime.fromtimestamp(int(head, 16) / 1_000_000, tz=UTC)
        return Cursor(at, decode(tail))
    except (ValueError, OverflowError, OSError):
        return None
