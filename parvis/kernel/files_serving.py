"""A kept file as an answer: sent by us, whole or the part that was asked for, or by the nginx before us.

Not here: who may read it (the view has asked). Ranges are those of RFC 9110, 14: one range is answered as asked,
several at once by the whole file, which the standard lets a server do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from parvis.kernel.files import LocalStore, Stored, response_headers, site_store

CHUNK = 128 * 1024
# At most eighteen digits: no file is larger, and Python counts on without end.
_ONE_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """A range that begins after the file's end."""


def answer_file(
    stored: Stored, *, inline: bool, max_age: int = 0, to: HttpRequest | None = None
) -> HttpResponseBase:
    """The file with the headers of `response_headers`. Raises NotFound when its content isn't kept here.

    `to` is the request it answers: what it has already is a 304, the part it asks for a 206 (416 beyond the end).
    Where PARVIS_FILES_INTERNAL names an address inside nginx, the body stays empty and nginx puts the file there.
    """
    headers = response_headers(stored, inline=inline, max_age=max_age)
    store = site_store()
    if to is not None and _has_it(to, headers["ETag"]):
        return HttpResponse(status=304, headers=_without_type(headers))
    if settings.PARVIS_FILES_INTERNAL and isinstance(store, LocalStore):
        place = store.path(stored.sha256).relative_to(store.root)
        headers["X-Accel-Redirect"] = f"{settings.PARVIS_FILES_INTERNAL.rstrip('/')}/{place}"
        return HttpResponse(headers=headers)
    source = store.open(stored.sha256)
    size = source.seek(0, 2)
    headers["Accept-Ranges"] = "bytes"
    try:
        part = asked_part(to, size, headers["ETag"]) if to is not None else None
    except Unsatisfiable:
        source.close()
        headers["Content-Range"] = f"bytes */{size}"
        return HttpResponse(status=416, headers=_without_type(headers), content_type="text/plain")
    first, last = part or (0, size - 1)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    source.seek(first)
    body = _Pieces(source, last - first + 1)
    return StreamingHttpResponse(body, status=200 if part is None else 206, headers=headers)


def asked_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and the last byte asked for; None for the whole file. Raises Unsatisfiable.

    What isn't understood, several ranges, or a copy that is no longer ours (If-Range) all mean the whole.
    """
    found = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or found is None or found[1] == found[2] == "":
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    if found[1] == "":
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size), size - 1)
        if found[2] and int(found[2]) < first:
            return None
    if first >= size:
        raise Unsatisfiable
    return first, last


class _Pieces:
    """So many bytes of a file, piece by piece; whoever closes the answer closes the file."""

    def __init__(self, source: BinaryIO, length: int) -> None:
        self._source, self._left = source, length

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (piece := self._source.read(min(CHUNK, self._left))):
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        self._source.close()


def _has_it(request: HttpRequest, etag: str) -> bool:
    """Whether the reader's own copy is this content; a weak mark compares alike (RFC 9110, 13.1.2)."""
    kept = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    return etag in kept or kept == ["*"]


def _without_type(headers: dict[str, str]) -> dict[str, str]:
    """The headers of an answer without a body."""
    return {name: value for name, value in headers.items() if name != "Content-Type"}
