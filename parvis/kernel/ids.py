"""Identifiers: one bigint key of 41 bits of milliseconds and 22 random bits, and its public spelling.

Not here: slugs (kernel.words) and secret tokens (accounts).
"""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case
LENGTH = 13
EPOCH_MS = 946_684_800_000  # 2000-01-01T00:00:00Z; 41 bits of milliseconds reach the year 2069
RANDOM_BITS = 22
MAX_ID = 2**63 - 1

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_seeded: random.Random | None = None
_latest: dict[int, int] = {}  # the last random part of recent milliseconds (imports place rows at old dates)
REMEMBERED = 4096
_lock = threading.Lock()


def new_id(at_ms: int | None = None) -> int:
    """A fresh key that sorts by time; `at_ms` (Unix milliseconds) places imported rows at their own date.

    Dates before the epoch get a key of today: gathered in its first millisecond they would soon meet.
    """
    placed = at_ms if at_ms is not None and at_ms >= EPOCH_MS else int(time.time() * 1000)
    milliseconds = placed - EPOCH_MS
    with _lock:
        return (milliseconds << RANDOM_BITS) | _random_part(milliseconds)


def _random_part(milliseconds: int) -> int:
    """22 random bits; within one millisecond a random step after the last, since a bulk write makes thousands.

    Drawn anew each time, two of 1,000 rows of a millisecond would meet once in eight.
    """
    before = _latest.pop(milliseconds, None)
    if before is None:
        value = _bits(RANDOM_BITS)
    else:
        value = (before + 1 + _bits(6)) % (1 << RANDOM_BITS)
    _latest[milliseconds] = value
    if len(_latest) > REMEMBERED:
        del _latest[next(iter(_latest))]
    return value


def _bits(count: int) -> int:
    return _seeded.getrandbits(count) if _seeded else secrets.randbits(count)


def seed(value: int | None) -> None:
    """Makes the random part repeatable (twin worlds, demo); None returns to the system's randomness."""
    global _seeded
    _seeded = random.Random(value) if value is not None else None
    _latest.clear()


@contextmanager
def drawn_from(value: int) -> Iterator[None]:
    """Ids inside come from a seeded source of their own; whatever source was in use goes on afterwards as if never left."""
    global _seeded, _latest
    kept = _seeded, _latest
    _seeded, _latest = random.Random(value), {}
    try:
        yield
    finally:
        _seeded, _latest = kept


def encode(key: int) -> str:
    """The 13 characters by which a key is shown and addressed."""
    pairs = _PAIRS  # two letters at a step: every card and reply shows several keys
    return (
        ALPHABET[key >> 60]
        + pairs[key >> 50 & 1023]
        + pairs[key >> 40 & 1023]
        + pairs[key >> 30 & 1023]
        + pairs[key >> 20 & 1023]
        + pairs[key >> 10 & 1023]
        + pairs[key & 1023]
    )


def decode(text: str) -> int:
    """The key behind its 13 characters. Raises ValueError for anything else."""
    if len(text) != LENGTH:
        raise ValueError("an id has 13 characters")
    key = 0
    for letter in text:
        try:
            key = key * 32 + _VALUES[letter]
        except KeyError:
            raise ValueError("an id holds digits and lower-case letters only") from None
    if key > MAX_ID:
        raise ValueError("an id fits in 63 bits")
    return key
