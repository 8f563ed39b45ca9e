"""The live process's ASGI application: the stream of events, and an address for each tool's connections,
`/live/<tool>/<key>/<name>`.

Not here: rights (live.admission, live.events), news (live.news), what tools say on their connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings

from parvis.kernel.errors import NotFound
from parvis.kernel.ids import decode
from parvis.live import wire
from parvis.live.admission import admit, find_person, find_route
from parvis.live.connections import Connection, Connections, Receive, Send
from parvis.live.hub import Hub
from parvis.live.news import listen
from parvis.live.streams import Streams
from parvis.toolkit.live_address import is_own_page
from parvis.toolkit.sockets import NO_RIGHT, SESSION_OVER, TOO_FAST, SocketRoute

ADDRESS = re.compile(r"/live/([a-z_]{1,40})/([0-9a-hjkmnp-tv-z]{13})/([a-z_]{1,40})")
Scope = dict[str, Any]
logger = logging.getLogger("parvis.live")


class Application:
    """Called by the ASGI server for each connection and for the beginning and the end of the process."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.connections = Connections(self.hub)
        self.streams = Streams(self.hub)
        self._background: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = {"lifespan": self._live, "http": self._answer, "websocket": self._connect}[scope["type"]]
        await answer(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        for doing in (listen(self._told), self.connections.reconcile()):
            self._background.append(asyncio.create_task(doing))
        self._background += await self.streams.begin()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self._background:
            task.cancel()
        await self.hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def end(self) -> int:
        """Says goodbye to everybody; returns how many connections were open."""
        return await self.connections.end() + await self.streams.end()

    def __len__(self) -> int:
        return len(self.connections) + len(self.streams)

    def _told(self, subject: str | None) -> None:
        self.streams.told(subject)
        if subject == "event":
            return
        self.hub.later(self.connections.look_again(subject))
        self.hub.tell(subject)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Plain requests: the stream of events, and whether the process lives."""
        if scope["path"] == wire.ADDRESS and scope["method"] == "GET":
            await self._stream(scope, receive, send)
            return
        is_health = scope["path"] == "/live/health" and scope["method"] in ("GET", "HEAD")
        await _refuse(send, 200 if is_health else 404, b"ok" if is_health else b"")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        if not wire.may_listen(headers):
            await _refuse(send, 403)
            return
        await send({"type": "http.response.start", "status": 200, "headers": wire.head(headers)})
        await self.streams.open(
            _session_key(headers), wire.asked(scope["query_string"], headers), receive, send
        )

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        headers = _headers(scope)
        found = ADDRESS.fullmatch(scope["path"])
        # A page of another site could use the reader's cookies; it gets no further than this (HTTP 403).
        if not found or not is_own_page(headers.get("origin", ""), headers.get("host", "")):
            await send({"type": "websocket.close", "code": 1008})
            return
        route = find_route(found[1], found[3])
        await send({"type": "websocket.accept"})
        one = await self._admitted(found, route, _session_key(headers), receive, send)
        if isinstance(one, int):
            await send({"type": "websocket.close", "code": one})
            return
        assert route is not None
        self.connections.add(one)
        try:
            await one.serve(_function(route.serve))
        finally:
            self.connections.remove(one)

    async def _admitted(
        self, found: re.Match[str], route: SocketRoute | None, session: str, receive: Receive, send: Send
    ) -> Connection | int:
        """The connection, or why not."""
        person = await self.hub.run(None, find_person, session)
        if person is None:
            return SESSION_OVER
        if not self.connections.has_room(person):
            return TOO_FAST
        if route is None:
            return NO_RIGHT
        try:
            contribution = await self.hub.run(
                person, admit, person, found[1], route.ability, decode(found[2])
            )
        except (NotFound, ValueError):
            return NO_RIGHT
        return Connection(self.hub, person, contribution, session, found[1], route.ability, receive, send)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _refuse(send: Send, status: int, body: bytes = b"") -> None:
    headers = [
        (b"content-type", b"text/plain"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _session_key(headers: dict[str, str]) -> str:
    """What the page's own cookie says; "" when there is none."""
    cookies: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        cookies.load(headers.get("cookie", ""))
    given = cookies.get(settings.SESSION_COOKIE_NAME)
    return given.value if given else ""


def _function(named: str) -> Callable[[Connection], Awaitable[None]]:
    module, _sign, name = named.partition(":")
    found: Callable[[Connection], Awaitable[None]] = getattr(import_module(module), name)
    return found
