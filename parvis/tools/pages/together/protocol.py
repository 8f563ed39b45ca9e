"""Messages of a shared text on the wire: y-protocols' sync and awareness, and our own news in JSON.

What a browser sends is parsed by hand and by bounds: nothing of it is trusted. Not here: what is done about it (room).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SYNC, AWARENESS, NEWS = 0, 1, 2
STEP_1, STEP_2, UPDATE = 0, 1, 2
LONGEST_STATE = 2000


class Malformed(Exception):
    """Not a message."""


@dataclass(frozen=True)
class Presence:
    """Where one browser has its cursor."""

    client: int
    clock: int
    state: dict[str, Any] | None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        value = shift = 0
        while True:
            if self._at >= len(self._data) or shift > 63:
                raise Malformed
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def bytes(self) -> bytes:
        length = self.number()
        if length > len(self._data) - self._at:
            raise Malformed
        self._at += length
        return self._data[self._at - length : self._at]

    def text(self) -> str:
        try:
            return self.bytes().decode()
        except UnicodeDecodeError:
            raise Malformed


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _prefixed(data: bytes) -> bytes:
    return _number(len(data)) + data


def read(message: bytes) -> tuple[int, Any]:
    """(SYNC, (step, bytes)), (AWARENESS, Presence or None) or (NEWS, mapping). Raises Malformed."""
    reader = _Reader(message)
    kind = reader.number()
    if kind == SYNC:
        step = reader.number()
        if step not in (STEP_1, STEP_2, UPDATE):
            raise Malformed
        return kind, (step, reader.bytes())
    if kind == AWARENESS:
        return kind, _presence(_Reader(reader.bytes()))
    if kind == NEWS:
        return kind, _mapping(reader.text())
    raise Malformed


def _mapping(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_STATE:
        raise Malformed
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed
    if not isinstance(found, dict):
        raise Malformed
    return found


def _presence(reader: _Reader) -> Presence | None:
    """A browser speaks of itself alone; of none at all when it has just come."""
    count = reader.number()
    if count == 0:
        return None
    if count > 1:
        raise Malformed
    client, clock, text = reader.number(), reader.number(), reader.text()
    if client >= 2**53 or clock >= 2**31:
        raise Malformed
    return Presence(client, clock, None if text == "null" else _mapping(text))


def sync(step: int, data: bytes) -> bytes:
    """A message of the shared text."""
    return _number(SYNC) + _number(step) + _prefixed(data)


def presence(*given: Presence) -> bytes:
    """A message of where cursors are; a state of None: gone."""
    parts = [
        _number(one.client)
        + _number(one.clock)
        + _prefixed(json.dumps(one.state, separators=(",", ":")).encode())
        for one in given
    ]
    return _number(AWARENESS) + _prefixed(_number(len(given)) + b"".join(parts))


def news(**what: Any) -> bytes:
    """A message of ours."""
    return _number(NEWS) + _prefixed(json.dumps(what, separators=(",", ":")).encode())
