"""The open connections: each tied to one session, one person, one contribution; cut when any of them gives way.

Not here: what is said on them (the tools' own `serve`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from parvis.contributions.models import Contribution
from parvis.live.admission import may_still, running_sessions
from parvis.live.hub import Hub
from parvis.people.models import Person
from parvis.toolkit.sockets import GOING_AWAY, NO_RIGHT, SESSION_OVER, TOO_FAST, SocketClosed

RECONCILE_S = 30.0
MOST = 10_000  # connections of this process
MOST_EACH = 30  # of one person
QUEUE = 400  # messages waiting for one slow reader
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
logger = logging.getLogger("parvis.live")


@dataclass(eq=False)
class Connection:
    """One WebSocket, accepted and admitted; implements toolkit.sockets.Socket."""

    hub: Hub
    person: Person
    contribution: Contribution
    session_key: str
    tool: str
    ability: str
    _receive: Receive
    _send: Send
    _waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    _cut: asyncio.Event = field(default_factory=asyncio.Event)
    _code: int = 1000

    async def receive(self) -> bytes:
        """The next message; SocketClosed once the other end is gone, or this one cut the line."""
        if self._cut.is_set():
            raise SocketClosed
        coming, cut = asyncio.ensure_future(self._receive()), asyncio.ensure_future(self._cut.wait())
        try:
            await asyncio.wait((coming, cut), return_when=asyncio.FIRST_COMPLETED)
            # What came at the very moment of the cut came too late.
            if self._cut.is_set():
                raise SocketClosed
            message = coming.result()
        finally:
            for one in (coming, cut):
                one.cancel()
        if message["type"] != "websocket.receive":
            raise SocketClosed
        return message.get("bytes") or (message.get("text") or "").encode()

    async def send(self, message: bytes) -> None:
        """Queues a message; who lets too many wait is cut."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            await self.close(TOO_FAST)

    async def close(self, code: int) -> None:
        """Ends the connection; nothing it sends from now on is read."""
        if not self._cut.is_set():
            self._code = code
            self._cut.set()

    async def serve(self, serve: Callable[[Connection], Awaitable[None]]) -> None:
        """Runs the tool's function, sends what it queues, and closes the wire when it ends or is cut."""
        writing = asyncio.create_task(self._write())
        try:
            await serve(self)
        except SocketClosed:
            pass
        finally:
            writing.cancel()
            with contextlib.suppress(Exception):
                await self._send({"type": "websocket.close", "code": self._code})

    async def _write(self) -> None:
        with contextlib.suppress(Exception):  # a line that breaks shows itself by `receive`
            while True:
                await self._send({"type": "websocket.send", "bytes": await self._waiting.get()})


class Connections:
    """All of them, found by whom and what they concern."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._all: set[Connection] = set()
        self._each: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._all)

    def has_room(self, person: Person) -> bool:
        """Whether one more may be opened, here and by this person."""
        return len(self._all) < MOST and self._each[person.id] < MOST_EACH

    def add(self, one: Connection) -> None:
        self._all.add(one)
        self._each[one.person.id] += 1

    def remove(self, one: Connection) -> None:
        self._all.discard(one)
        self._each[one.person.id] -= 1
        if not self._each[one.person.id]:
            del self._each[one.person.id]

    def concerned(self, subject: str | None) -> list[Connection]:
        """The connections that a news is about; None: all."""
        if subject is None:
            return list(self._all)
        what, _sign, key = subject.partition(":")
        key_of: dict[str, Callable[[Connection], int]] = {
            "person": lambda one: one.person.id,
            "space": lambda one: one.contribution.space_id,
            "contribution": lambda one: one.contribution.id,
        }
        if what not in key_of or not key.isdigit():
            return []
        return [one for one in self._all if key_of[what](one) == int(key)]

    async def look_again(self, subject: str | None) -> None:
        """Asks the rights of the concerned anew and cuts who has them no longer."""
        concerned = self.concerned(subject)
        if not concerned:
            return
        running = await self._hub.run(None, running_sessions, {one.session_key for one in concerned})
        for one in concerned:
            if one.session_key not in running:
                await one.close(SESSION_OVER)
        # Asked once for all that one browser has open upon one thing.
        alike: defaultdict[tuple[str, str, str, int], list[Connection]] = defaultdict(list)
        for one in concerned:
            if one.session_key in running:
                alike[(one.session_key, one.tool, one.ability, one.contribution.id)].append(one)
        await asyncio.gather(*(self._look_at(asked, ones) for asked, ones in alike.items()))

    async def _look_at(self, asked: tuple[str, str, str, int], ones: list[Connection]) -> None:
        if not await self._hub.run(None, may_still, *asked):
            for one in ones:
                await one.close(NO_RIGHT)

    async def reconcile(self) -> None:
        """Looks at everybody from time to time: a news could be lost, a session or a mandate ends by itself."""
        while True:
            await asyncio.sleep(RECONCILE_S)
            try:
                await self.look_again(None)
            except Exception:
                logger.exception("the connections could not be looked at")

    async def end(self) -> int:
        """Tells everybody that the process goes; returns how many they were."""
        count = len(self._all)
        for one in list(self._all):
            await one.close(GOING_AWAY)
        return count
