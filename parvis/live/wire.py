"""Server-sent events as bytes, and what a page says when it asks for them. Not here: who hears what (live.streams)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from parvis.config import config
from parvis.kernel.ids import decode, encode
from parvis.live.events import Happened
from parvis.live.models import What
from parvis.toolkit.live_address import is_own_page

ADDRESS = "/live/events"
MOST_OPENED = 40
NAMES = {What.BELL: "bell", What.SEEN: "bell", What.POST: "post", What.REPLY: "reply"}
BEAT = b":\n\n"
AGAIN = b"event: again\ndata: {}\n\n"  # what was missed can't be said any more: ask everything
OVER = b"event: over\ndata: {}\n\n"  # the session has ended: don't come back
READY = b"event: ready\ndata: {}\n\n"


@dataclass(frozen=True)
class Asked:
    """What a page wants to hear of: its own bell always, the home stream, open communities and topics."""

    is_home: bool = False
    spaces: frozenset[int] = frozenset()
    things: frozenset[int] = frozenset()
    after: UUID | None = None  # the last event it heard
    since: float = 0.0  # when the newest of its pages was drawn, in seconds


def asked(query: bytes, headers: Mapping[str, str]) -> Asked:
    """The request's wishes; what can't be read is as if absent."""
    given = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    opened = given.get("open", "").split(",")[:MOST_OPENED]
    return Asked(
        is_home="home" in opened,
        spaces=_keys("space:", opened),
        things=_keys("thing:", opened),
        after=_uuid(headers.get("last-event-id", "") or given.get("after", "")),
        since=_seconds(given.get("since", "")),
    )


def may_listen(headers: Mapping[str, str]) -> bool:
    """Whether a page of this very site asks. Browsers leave out the origin where page and stream have the same one;
    they then say so themselves, which no script of another site can.
    """
    host = headers.get("host", "")
    if "origin" in headers:
        return is_own_page(headers["origin"], host)
    return headers.get("sec-fetch-site") == "same-origin" and is_own_page(
        f"{urlsplit(config.url).scheme}://{host}", host
    )


def head(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers of a stream that was let in."""
    origin = headers.get("origin", "")
    shared = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
    ]
    return [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", b"Origin, Cookie"),
        *(shared if origin else ()),
    ]


def spoken(event: Happened, *, is_calm: bool) -> bytes:
    """An event as a page hears it: its kind and, where the page must choose, keys. `is_calm`: ask when there is time."""
    said: dict[str, object] = {}
    if event.what in (What.POST, What.REPLY):
        said = {"space": encode(event.space_id or 0), "thing": encode(event.thing_id or 0)}
    if is_calm:
        said["calm"] = True
    name = NAMES[What(event.what)]
    return f"id: {event.id}\nevent: {name}\ndata: {json.dumps(said, separators=(',', ':'))}\n\n".encode()


def _keys(sign: str, words: list[str]) -> frozenset[int]:
    found = set()
    for word in words:
        try:
            found.add(decode(word.removeprefix(sign) if word.startswith(sign) else ""))
        except ValueError:
            continue
    return frozenset(found)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _seconds(text: str) -> float:
    return int(text) / 1000 if text.isdecimal() and len(text) < 16 else 0.0
