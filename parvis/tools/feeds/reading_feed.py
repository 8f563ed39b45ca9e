"""Calls the decoder in its disposable process and checks what it answers. Not here: fetching and keeping."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from parvis.kernel import sanitise
from parvis.kernel.sandbox import DecoderFailed, run_limited
from parvis.tools.feeds.decoding_places import MOST_PICTURES

CPU_SECONDS = 3
MEMORY = 512 * 1024 * 1024
SECONDS = 15.0
_WORDS = frozenset({"page", "unrecognized", "entities", "nested"})


class NotRead(Exception):
    """No feed came out of these bytes; `reason` is a word of `showing.TROUBLES`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Entry:
    """One article as it was read."""

    uid: str
    url: str
    title: str
    author: str
    html: str
    text: str
    at: datetime | None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A feed; or, of a page, the addresses of its `feeds`."""

    title: str = ""
    site_url: str = ""
    description: str = ""
    entries: list[Entry] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)


def read_feed(body: bytes, *, url: str, charset: str = "", media_type: str = "") -> Parsed:
    """What these bytes hold. Raises NotRead. The process that read them is not believed: all is checked again."""
    head = json.dumps({"url": url, "charset": charset, "type": media_type}).encode()
    try:
        answer = run_limited(
            "parvis.tools.feeds.decoding:decode",
            head + b"\n" + body,
            cpu_seconds=CPU_SECONDS,
            memory_bytes=MEMORY,
            seconds=SECONDS,
            output_bytes=16 * 1024 * 1024,
        )
        found = json.loads(answer)
        return _checked(found)
    except DecoderFailed as failure:
        if failure.reason == "declined":
            raise NotRead(failure.detail if failure.detail in _WORDS else "unrecognized") from failure
        raise NotRead("unrecognized" if failure.reason == "crash" else "heavy") from failure
    except (ValueError, KeyError, TypeError, AttributeError) as failure:
        raise NotRead("unrecognized") from failure


def _checked(found: dict[str, Any]) -> Parsed:
    if "feeds" in found:
        return Parsed(feeds=[link for link in map(_link, found["feeds"][:12]) if link])
    return Parsed(
        title=_text(found["title"], 200),
        site_url=_link(found["site_url"]),
        description=_text(found["description"], 400),
        entries=[checked_entry(one) for one in found["items"][:300]],
    )


def checked_entry(one: dict[str, Any]) -> Entry:
    """An item as the sandbox gave it, every part bounded and cleaned again."""
    return Entry(
        uid=_text(one["uid"], 2000),
        url=_link(one["url"]),
        title=_text(one["title"], 300),
        author=_text(one["author"], 120),
        html=sanitise.finish(str(one["html"])[:400_000].replace("\x00", "")),
        text=_text(one["text"], 20_000),
        at=_moment(one["at"]),
        pictures=tuple(map(_link, one["pictures"][:MOST_PICTURES])),
    )


def _text(value: Any, most: int) -> str:
    return (
        sanitise.strip_controls(str(value))
        .replace("\x00", "")
        .encode("utf-8", "ignore")
        .decode()[:most]
        .strip()
    )


def _link(value: Any) -> str:
    text = str(value)
    return text if sanitise.is_safe_link(text) and sanitise.is_external(text) else ""


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value), tz=UTC) if value is not None and value > 0 else None
    except (OverflowError, OSError):
        return None
