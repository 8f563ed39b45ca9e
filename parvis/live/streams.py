"""The open streams of events: who waits for what, kept in memory, and the telling of each event to whom it concerns.

Whoever might be concerned is known without a question; whether they may hear it now is asked of the database, once for
all of them. Not here: those questions (live.events) and the bytes (live.wire).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.db import DatabaseError

from parvis.live import wire
from parvis.live.events import Happened, Listener, find_listeners, may_hear, read_new
from parvis.live.hub import Hub
from parvis.live.models import What
from parvis.live.past import Past

BEAT_S = 25.0
RECONCILE_S = 30.0
MOST = 20_000
MOST_EACH = 12  # of one person: a browser needs one, however many pages it has open
QUEUE = 200
MANY = 100  # an event for more than so many: their pages ask for it one after the other
GATHERED_S = 0.02  # so long the first who comes waits for others, to be admitted by the same question
SPOKEN_AT_ONCE = 500
logger = logging.getLogger("parvis.live")
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Stream:
    """One page's stream (or one browser's, shared by its pages)."""

    __slots__ = ("_is_replaying", "_later", "_waiting", "asked", "is_cut", "is_doubted", "listener")

    def __init__(self, listener: Listener, asked: wire.Asked) -> None:
        self.listener, self.asked = listener, asked
        self.is_cut = self.is_doubted = False
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        self._is_replaying = True
        self._later: list[bytes] = []

    def say(self, text: bytes) -> None:
        """Queues an event. Who lets too many wait, or whose rights are being looked at, is told to come again."""
        if self._is_replaying:
            self._later.append(text)
        elif self.is_doubted:
            self.cut()
        else:
            self._put(text)

    def replay(self, texts: Iterable[bytes]) -> None:
        """What was missed comes before what happened meanwhile."""
        self._is_replaying = False
        for text in [*texts, *self._later]:
            self.say(text)
        self._later.clear()

    def beat(self) -> None:
        """A sign of life, unless something waits anyway."""
        if self._waiting.empty() and not self.is_cut:
            self._waiting.put_nowait(wire.BEAT)

    def cut(self, last: bytes = b"") -> None:
        """Ends it: nothing that waits is said any more, but for `last`."""
        if self.is_cut:
            return
        self.is_cut = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        if last:
            self._waiting.put_nowait(last)
        self._waiting.put_nowait(None)

    def _put(self, text: bytes) -> None:
        if self.is_cut:
            return
        if self._waiting.qsize() >= QUEUE - 2:
            self.cut()
        else:
            self._waiting.put_nowait(text)

    async def serve(self, receive: Receive, send: Send) -> None:
        """Writes what is said until it is cut or the page is gone."""
        watching = asyncio.create_task(self._watch(receive))
        try:
            while (text := await self._waiting.get()) is not None:
                await send({"type": "http.response.body", "body": text, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            watching.cancel()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.cut()


class Streams:
    """All of them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._all: set[Stream] = set()
        self._of: defaultdict[tuple[str, int | str], set[Stream]] = defaultdict(set)
        self._past = Past()
        self._news = asyncio.Event()
        self._coming: dict[str, asyncio.Future[Listener | None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    async def begin(self) -> list[asyncio.Task[None]]:
        """Reads what is stored, then goes on by itself; the tasks run until they are cancelled."""
        self._news.set()
        return [asyncio.create_task(doing) for doing in (self._pump(), self._beat(), self._reconcile())]

    def told(self, subject: str | None) -> None:
        """News from the database. A right that may have gone is doubted at once, before any event after it is said."""
        what, _sign, key = (subject or "").partition(":")
        if subject is None or what == "event":
            self._news.set()
        if subject is None:
            self._hub.later(self.look_again(list(self._all)))
        elif what in ("person", "places") and key.isdigit():
            concerned = list(self._of.get(("person", int(key)), ()))
            for stream in concerned:
                stream.is_doubted = stream.is_doubted or what == "person"
            if concerned:
                self._hub.later(self.look_again(concerned))

    async def open(self, session_key: str, asked: wire.Asked, receive: Receive, send: Send) -> None:
        """One stream from its first event to its last. The headers have been sent."""
        try:
            listener = await self._admitted(session_key)
        except DatabaseError:  # the page comes back
            await send({"type": "http.response.body", "body": b""})
            return
        if listener is None or not self._has_room(listener):
            await send({"type": "http.response.body", "body": b"" if listener else wire.OVER})
            return
        stream = Stream(listener, asked)
        self._put(stream)
        try:
            self._hub.later(self._catch_up(stream))
            await stream.serve(receive, send)
        finally:
            stream.is_cut = True
            self._drop(stream)

    async def end(self) -> int:
        """Ends all of them; returns how many they were."""
        count = len(self._all)
        for stream in list(self._all):
            stream.cut()
        return count

    async def look_again(self, concerned: list[Stream]) -> None:
        """Reads anew who these are: whose session is over, or who belongs to a place no longer, is cut."""
        concerned = [stream for stream in concerned if not stream.is_cut]
        if not concerned:
            return
        keys = {stream.listener.session_key for stream in concerned}
        found = await self._hub.run(None, find_listeners, keys)
        for stream in concerned:
            now = found.get(stream.listener.session_key)
            if now is None:
                stream.cut(wire.OVER)
            elif now.memberships >= stream.listener.memberships:
                self._replace(stream, now)
                stream.is_doubted = False
            else:
                stream.cut()

    def _has_room(self, listener: Listener) -> bool:
        return len(self._all) < MOST and len(self._of.get(("person", listener.person_id), ())) < MOST_EACH

    # Who waits for what.

    def _names(self, stream: Stream) -> list[tuple[str, int | str]]:
        listener, asked = stream.listener, stream.asked
        home: list[tuple[str, int | str]] = []
        if asked.is_home:
            home = [("space", key) for key in listener.sources] + [("word", word) for word in listener.words]
        opened = [("space", key) for key in asked.spaces] + [("thing", key) for key in asked.things]
        return [("person", listener.person_id), *home, *opened]

    def _put(self, stream: Stream) -> None:
        self._all.add(stream)
        for name in self._names(stream):
            self._of[name].add(stream)

    def _drop(self, stream: Stream) -> None:
        self._all.discard(stream)
        for name in self._names(stream):
            self._of[name].discard(stream)
            if not self._of[name]:
                del self._of[name]

    def _replace(self, stream: Stream, listener: Listener) -> None:
        if stream in self._all and listener != stream.listener:
            self._drop(stream)
            stream.listener = listener
            self._put(stream)

    def _concerned(self, event: Happened) -> set[Stream]:
        if event.what in (What.BELL, What.SEEN) and len(event.people) > len(self._all):
            return {stream for stream in self._all if stream.listener.person_id in event.people}
        return set().union(*(self._of.get(name, ()) for name in _names_of(event)))

    def _concerns(self, stream: Stream, event: Happened) -> bool:
        if event.what in (What.BELL, What.SEEN):
            return stream.listener.person_id in event.people
        return any(stream in self._of.get(name, ()) for name in _names_of(event))

    # Coming in.

    async def _admitted(self, session_key: str) -> Listener | None:
        """Who this is. Those who come within a moment are found by one question: after a restart all come at once."""
        if not session_key:
            return None
        if not self._coming:
            self._hub.later(self._admit_all())
        waiting = self._coming.setdefault(session_key, asyncio.get_running_loop().create_future())
        return await asyncio.shield(waiting)

    async def _admit_all(self) -> None:
        await asyncio.sleep(GATHERED_S)
        coming, self._coming = self._coming, {}
        try:
            found = await self._hub.run(None, find_listeners, coming)
        except Exception as error:
            for waiting in coming.values():
                waiting.set_exception(error)
            return
        for key, waiting in coming.items():
            waiting.set_result(found.get(key))

    async def _catch_up(self, stream: Stream) -> None:
        """What happened since it heard its last event, and since a page that has just come was drawn."""
        asked = stream.asked
        heard_last = self._past.after(asked.after) if asked.after else []
        drawn_at = self._past.since(asked.since) if asked.since else []
        found = {one.id: one for one in [*(heard_last or ()), *(drawn_at or ())]}.values()
        mine = [one for one in found if self._concerns(stream, one)]
        if heard_last is None or drawn_at is None or len(mine) > QUEUE // 2:
            stream.replay([wire.READY, wire.AGAIN])
            return
        who = stream.listener
        asking = [(who.session_key, who.person_id, one) for one in mine]
        try:
            heard = await self._hub.run(None, may_hear, asking) if mine else set()
        except Exception:
            stream.cut()
            raise
        said = [wire.spoken(one, is_calm=False) for place, one in enumerate(mine) if place in heard]
        stream.replay([wire.READY, *said])

    # Telling.

    async def _pump(self) -> None:
        """Reads what is new whenever there is news, and tells it; one after the other, so that none overtakes."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                reading = await self._hub.run(None, read_new, self._past.upto)
                await self._tell(self._past.remember(reading))
            except Exception:
                logger.exception("events could not be told")
                self._news.set()
                await asyncio.sleep(1)

    async def _tell(self, events: list[Happened]) -> None:
        asked = [(stream, event) for event in events for stream in self._concerned(event)]
        if not asked:
            return
        asking = [(stream.listener.session_key, stream.listener.person_id, event) for stream, event in asked]
        heard = await self._hub.run(None, may_hear, asking)
        numbers = Counter(event.id for _stream, event in asked)
        texts = {event.id: wire.spoken(event, is_calm=numbers[event.id] > MANY) for event in events}
        for place, (stream, event) in enumerate(asked):
            if place in heard:
                stream.say(texts[event.id])
            if place % SPOKEN_AT_ONCE == SPOKEN_AT_ONCE - 1:
                await asyncio.sleep(0)  # others are served meanwhile

    async def _beat(self) -> None:
        while True:
            for place, stream in enumerate(list(self._all)):
                stream.beat()
                if place % SPOKEN_AT_ONCE == SPOKEN_AT_ONCE - 1:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(BEAT_S)

    async def _reconcile(self) -> None:
        """Everybody is looked at from time to time: a news could be lost, a session ends by itself."""
        while True:
            await asyncio.sleep(RECONCILE_S)
            self._news.set()
            try:
                await self.look_again(list(self._all))
            except Exception:
                logger.exception("the streams could not be looked at")


def _names_of(event: Happened) -> list[tuple[str, int | str]]:
    """Under which names those wait whom an event may concern."""
    if event.what in (What.BELL, What.SEEN):
        return [("person", person) for person in event.people]
    if event.what == What.REPLY:
        return [("thing", event.thing_id or 0)]
    return [("space", event.space_id or 0), *(("word", word) for word in event.words)]
