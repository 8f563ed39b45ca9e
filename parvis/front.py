"""Between the page server and the application: slow people wait in cheap threads, pages are made in few slots.

The server keeps one thread for each request until its body has come and its answer has gone, however slow the line.
So a body is received whole before a page begins, a long answer goes out after it has ended, and in between at most
`SLOTS` requests of this process hold a database connection. Not here: static files (wsgi), the transaction (web.door).
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Python runs one thread at a time: more would only cost memory, some 5 MB of the database each.
SLOTS = 6
KEPT_IN_MEMORY = 512 * 1024
CHUNK = 64 * 1024

Environment = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]


class Slots:
    """So many database connections, lent to threads one request at a time; the one used last is lent first."""

    def __init__(self, count: int = SLOTS) -> None:
        self._places = threading.BoundedSemaphore(count)
        self._free: list[BaseDatabaseWrapper] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """Waits for a place, and gives this thread its connection until the block is left."""
        with self._places:
            lent = self._take()
            connections[DEFAULT_DB_ALIAS] = lent
            try:
                yield
            finally:
                del connections[DEFAULT_DB_ALIAS]
                self._free.append(lent)

    def close(self) -> None:
        """Closes the connections that nobody uses now; the next request opens another."""
        while self._free:
            self._take().close()

    def _take(self) -> BaseDatabaseWrapper:
        try:
            return self._free.pop()
        except IndexError:
            made = connections.create_connection(DEFAULT_DB_ALIAS)
            made.inc_thread_sharing()
            return made


class Front:
    """The application as the page server calls it."""

    def __init__(self, application: Application, *, largest: Callable[[str], int], folder: Path) -> None:
        """`largest` tells the bytes that a path accepts; what doesn't fit into memory waits in `folder`."""
        self._application = application
        self._largest = largest
        self._folder = folder
        self.slots = Slots()

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        body = None
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            body = receive(environ, self._largest(environ["PATH_INFO"]), self._folder)
            if body is None:
                return refuse_length(start_response)
            environ["wsgi.input"] = body
        try:
            with self.slots.one():
                answer = self._application(environ, start_response)
                return answer if getattr(answer, "streaming", True) else whole(answer)
        finally:
            if body is not None:
                body.close()


def receive(environ: Environment, largest: int, folder: Path) -> BinaryIO | None:
    """The whole body, in memory while it is small; None if it is, or says it is, longer than `largest` bytes."""
    said = str(environ.get("CONTENT_LENGTH") or "")
    if said.isdigit() and int(said) > largest:
        return None
    kept = cast(BinaryIO, tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY, dir=str(folder)))  # noqa: SIM115 — its reader closes it
    stream, size = environ["wsgi.input"], 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > largest:
            kept.close()
            return None
        kept.write(chunk)
    kept.seek(0)
    # What was sent in pieces has a length now.
    environ["CONTENT_LENGTH"] = str(size)
    return kept


def refuse_length(start_response: StartResponse) -> list[bytes]:
    """413: in both languages, since nothing is known of who sends."""
    sentence = b"Cet envoi est trop volumineux. / What you send is too large.\n"
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(sentence)))]
    start_response("413 Content Too Large", [*headers, ("Connection", "close")])
    return [sentence]


def whole(answer: Iterable[bytes]) -> list[bytes]:
    """A page as one list of bytes, its response closed: the server sends it without keeping the application."""
    try:
        return [b"".join(answer)]
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
