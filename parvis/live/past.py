"""The events of late that the process keeps, so that a page that was away hears what it missed, without a question.

Not here: reading them (live.events) and who may hear them (live.streams).
"""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import deque
from uuid import UUID

from parvis.live.events import KEPT_IN_MEMORY, Happened, Reading

MARGIN_S = 10.0  # a page may have been read so long before the moment that it says it was drawn at
MOST_PEOPLE = 200_000  # named by the events kept, all together: a bell may ring for ten thousand


class Past:
    """What was read so far, by transaction; of what was read while the process runs also when."""

    def __init__(self) -> None:
        self.upto = ""  # the snapshot of the last reading
        self._by_id: dict[UUID, Happened] = {}
        self._ordered: list[Happened] = []
        self._heard: deque[tuple[float, Happened]] = deque()
        self._heard_from = float("inf")
        self._people = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def remember(self, reading: Reading) -> list[Happened]:
        """Keeps what a reading found; returns what is to be told: the first reading is of the past."""
        now, is_first = time.time(), not self.upto
        self.upto = reading.upto
        if is_first:
            self._heard_from = now
        for event in reading.events:
            self._by_id[event.id] = event
            insort(self._ordered, event, key=_transaction)
            self._people += len(event.people)
            if not is_first:
                self._heard.append((now, event))
        while len(self._ordered) > KEPT_IN_MEMORY or self._people > MOST_PEOPLE:
            self._forget(self._ordered.pop(0))
        return [] if is_first else reading.events

    def after(self, key: UUID) -> list[Happened] | None:
        """What a page may have missed since it heard this event, which it may have heard in part; None: unknown.

        What had ended before the event was written was told before it.
        """
        last = self._by_id.get(key)
        if last is None:
            return None
        start = bisect_left(self._ordered, last.horizon, key=_transaction)
        return [event for event in self._ordered[start:] if event.id != key]

    def since(self, moment: float) -> list[Happened] | None:
        """What a page drawn at a moment (Unix seconds) can't have shown; None: nobody knows any more."""
        earliest = moment - MARGIN_S
        if earliest < self._heard_from:
            return None
        found = []
        for heard_at, event in reversed(self._heard):
            if heard_at < earliest:
                break
            found.append(event)
        return found[::-1]

    def _forget(self, event: Happened) -> None:
        del self._by_id[event.id]
        self._people -= len(event.people)
        while self._heard and self._heard[0][1].id not in self._by_id:
            self._heard_from = self._heard.popleft()[0]


def _transaction(event: Happened) -> int:
    return event.transaction
