"""How much one browser may send, and how much one shared text may hold. Not here: what happens beyond (room)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

# Bytes of one shared text with its history: some 400 pages. Beyond, it is written as Markdown.
LARGEST = 4 * 2**20
MESSAGES_A_SECOND, MESSAGES_AT_ONCE = 40.0, 400.0
BYTES_A_SECOND, BYTES_AT_ONCE = 200_000.0, 3_000_000.0
MOST_MEMBERS = 60  # browsers in one text at once


@dataclass
class Budget:
    """What one browser may still send just now; it fills again with time."""

    messages: float = MESSAGES_AT_ONCE
    bytes: float = BYTES_AT_ONCE
    _at: float = field(default_factory=time.monotonic)

    def spend(self, size: int) -> bool:
        """Takes a message of so many bytes from it; False when there isn't enough left."""
        now = time.monotonic()
        passed, self._at = now - self._at, now
        self.messages = min(MESSAGES_AT_ONCE, self.messages + passed * MESSAGES_A_SECOND) - 1
        self.bytes = min(BYTES_AT_ONCE, self.bytes + passed * BYTES_A_SECOND) - size
        return self.messages >= 0 and self.bytes >= 0
