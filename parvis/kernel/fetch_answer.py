"""What a server answers, read within bounds: events as they come, a body never longer than allowed. Not here: the call (fetch.py)."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Iterator

import h11

from parvis.kernel.fetch_bounds import FetchFailed, left_until


def events_of(talk: h11.Connection, line: socket.socket, deadline: float) -> Iterator[h11.Event]:
    """What the peer says, until it has said all; each wait is bounded by what is left of the whole."""
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            line.settimeout(left_until(deadline))
            talk.receive_data(line.recv(65536))
            continue
        if isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)) or event is h11.PAUSED:
            return
        if isinstance(event, (h11.Response, h11.Data)):
            left_until(deadline)
            yield event


def read_body(
    events: Iterator[h11.Event], answer: dict[str, str], limit: int, may_cut: bool
) -> tuple[bytes, bool]:
    """The decoded body and whether it was cut at the limit. Raises FetchFailed for one too long, unless `may_cut`."""
    encoding = answer.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise FetchFailed("unknown encoding")
    inflater = None if encoding == "identity" else zlib.decompressobj(47)
    body = bytearray()
    for event in events:
        if not isinstance(event, h11.Data):
            continue
        # One byte more than allowed is enough to know: a bomb never unfolds.
        room = limit + 1 - len(body)
        body += inflater.decompress(event.data, room) if inflater else event.data[:room]
        if len(body) > limit:
            if not may_cut:
                raise FetchFailed("too long")
            return bytes(body[:limit]), True
    return bytes(body), False


def content_type_of(value: str) -> tuple[str, str]:
    """Media type and charset, lower case."""
    media_type, *parameters = (part.strip().lower() for part in value[:200].split(";"))
    charsets = [
        part.removeprefix("charset=").strip("\"'") for part in parameters if part.startswith("charset=")
    ]
    return media_type, charsets[0] if charsets else ""
