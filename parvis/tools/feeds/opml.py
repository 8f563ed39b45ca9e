"""Lists of feeds in and out, as other readers write them. Not here: adding them to a shelf (actions)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.kernel.sandbox import DecoderFailed, run_limited
from parvis.tools.feeds.models import Source

MOST_BYTES = 1024 * 1024


def read_opml(data: bytes) -> list[str]:
    """The addresses of an outline, in order, without doubles. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise Refused(_("This file is too big: a list of feeds is under 1 MB."), field="file")
    try:
        answer = run_limited(
            "parvis.tools.feeds.decoding:decode_opml",
            data,
            cpu_seconds=2,
            memory_bytes=256 * 1024 * 1024,
            seconds=10,
            output_bytes=4 * 1024 * 1024,
        )
        return list(dict.fromkeys(str(row[0]) for row in json.loads(answer)))
    except (DecoderFailed, ValueError, TypeError, IndexError) as failure:
        raise Refused(_("This isn't a list of feeds (OPML)."), field="file") from failure


def write_opml(name: str, sources: Iterable[Source]) -> bytes:
    """A list that any reader of feeds can read."""
    lines = [
        f'    <outline type="rss" text={_quoted(one.title or one.url)} xmlUrl={_quoted(one.url)}'
        + (f" htmlUrl={_quoted(one.site_url)}" if one.site_url else "")
        + "/>"
        for one in sources
    ]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>{_quoted(name)[1:-1]}</title></head>'
    return "\n".join([head, "  <body>", *lines, "  </body>", "</opml>", ""]).encode()


def _quoted(text: str) -> str:
    """An attribute, line breaks kept out of it."""
    return quoteattr(" ".join(text.split()), {'"': "&quot;"})
