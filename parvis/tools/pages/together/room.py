"""A text that several write at this moment: who is in it, what they change, when it is kept and becomes a version.

One event loop, no threads here: the database is reached by the hub. Not here: the wire (protocol), storing (store).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from pycrdt import Doc, merge_updates

from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.toolkit.sockets import MALFORMED, NO_RIGHT, TOO_FAST, TOO_LARGE, UNFIT, Hub, Socket, SocketClosed
from parvis.tools.pages.editing import stop_editing
from parvis.tools.pages.together import protocol, shared, store
from parvis.tools.pages.together.limits import LARGEST, MOST_MEMBERS, Budget
from parvis.tools.pages.together.protocol import Presence

KEEP_S = 0.3  # changes of a moment are stored together
IDLE_S = 20.0  # nobody typed: a version is written
LONGEST_S = 300.0  # and while they go on typing, every so often
HUES = 8
logger = logging.getLogger("parvis.pages.together")


@dataclass(eq=False)
class Member:
    """One browser in a room."""

    socket: Socket
    hue: int
    budget: Budget = field(default_factory=Budget)
    presence: Presence | None = None
    received: int = 0  # changes on this line


@dataclass(eq=False)
class Room:
    """One shared text, while at least one browser has it open."""

    hub: Hub
    key: int
    doc: Doc[Any]
    epoch: str
    number: int
    size: int
    members: list[Member] = field(default_factory=list)
    waiting: list[tuple[Member, bytes]] = field(default_factory=list)
    changed_at: float = 0.0  # of the last change that is in no version; 0: none
    dirty_since: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    task: asyncio.Task[None] | None = None
    stop_watching: Callable[[], None] = lambda: None

    # What comes in

    async def hear(self, member: Member, message: bytes) -> None:
        """One message of a member. Whatever is wrong with it harms its sender's line alone."""
        if not member.budget.spend(len(message)):
            await member.socket.close(TOO_FAST)
            return
        try:
            kind, what = protocol.read(message)
        except protocol.Malformed:
            await member.socket.close(MALFORMED)
            return
        if kind == protocol.SYNC:
            await self._sync(member, *what)
        elif kind == protocol.AWARENESS:
            await self._place(member, what)
        elif what.get("write"):
            await self.keep()
            await member.socket.send(protocol.news(written=await self.write()))
        elif what.get("here"):
            await member.socket.send(protocol.news(here=True))

    async def _sync(self, member: Member, step: int, data: bytes) -> None:
        if step == protocol.STEP_1:
            try:
                missing = self.doc.get_update(data)
            except ValueError:
                await member.socket.close(MALFORMED)
                return
            # First what they lack; then the question what we lack.
            await member.socket.send(protocol.sync(protocol.STEP_2, missing))
            await member.socket.send(protocol.sync(protocol.STEP_1, self.doc.get_state()))
            return
        member.received += 1
        await self._change(member, data)

    async def _change(self, member: Member, data: bytes) -> None:
        if self.size + len(data) > LARGEST:
            await member.socket.close(TOO_LARGE)
            return
        if len(data) <= 2:  # nothing: the answer of somebody who had nothing to add
            if not any(one is member for one, _data in self.waiting):
                await member.socket.send(protocol.news(stored=member.received))
            return
        if not await self._apply(data):
            await member.socket.close(MALFORMED)
            return
        self.waiting.append((member, data))
        self.size += len(data)
        self._touch()
        await self._to_others(member, protocol.sync(protocol.UPDATE, data))

    async def _apply(self, data: bytes) -> bool:
        """Puts a change into the shared text; False when it is none. A text hurt by it is read again."""
        try:
            self.doc.apply_update(data)
        except ValueError:
            return False
        except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # the engine's own panic is no Exception
            logger.warning("a change broke a shared text (%s); it is read again", type(error).__name__)
            await self._read_again()
            return False
        return True

    async def _read_again(self) -> None:
        opened = await self.hub.run(None, store.open_room, self.key)
        self.doc = made(opened.data)
        for _member, data in self.waiting:
            self.doc.apply_update(data)
        self.number = opened.number

    async def _place(self, member: Member, told: Presence | None) -> None:
        """Where somebody's cursor is. Their name is what we know of them, whatever they say."""
        if told is None:
            return
        if any(
            one.presence and one.presence.client == told.client for one in self.members if one is not member
        ):
            return
        if member.presence and member.presence.client != told.client:
            return
        person = member.socket.person
        state = None
        if told.state is not None:
            cursor = told.state.get("cursor")
            user = {
                "id": encode(person.id),
                "name": person.display_name,
                "hue": member.hue,
                "color": "#555555",
            }
            state = {"user": user, "cursor": cursor if isinstance(cursor, dict) else None}
        member.presence = Presence(told.client, told.clock, state)
        await self._to_others(member, protocol.presence(member.presence))

    # Who is in it

    async def enter(self, member: Member) -> None:
        """Somebody comes: they learn the history's name and who is there."""
        self.members.append(member)
        await member.socket.send(protocol.news(epoch=self.epoch))
        there = [one.presence for one in self.members if one is not member and one.presence]
        if there:
            await member.socket.send(protocol.presence(*there))

    async def leave(self, member: Member) -> None:
        """Somebody goes: their cursor goes at once; the last one leaves a version behind."""
        self.members.remove(member)
        if member.presence:
            gone = Presence(member.presence.client, member.presence.clock + 1, None)
            await self._to_others(member, protocol.presence(gone))

    def free_hue(self) -> int:
        """The colour that fewest here have."""
        taken = [one.hue for one in self.members]
        return min(range(HUES), key=lambda hue: (taken.count(hue), hue))

    async def _to_others(self, member: Member | None, message: bytes) -> None:
        for one in list(self.members):
            if one is not member:
                await one.socket.send(message)

    # What is kept

    def _touch(self) -> None:
        now = time.monotonic()
        self.changed_at = now
        self.dirty_since = self.dirty_since or now

    async def keep(self) -> None:
        """Stores what waits; each then learns how much of theirs is safe. What fails waits on."""
        async with self.lock:
            if not self.waiting:
                return
            going, self.waiting = self.waiting, []
            by_person: dict[int, list[bytes]] = {}
            for member, data in going:
                by_person.setdefault(member.socket.person.id, []).append(data)
            changes = [(person, merge_updates(*data)) for person, data in by_person.items()]
            try:
                self.number = await self.hub.run(None, store.keep_changes, self.key, changes)
            except NotFound:
                return
            except Exception:
                self.waiting = going + self.waiting
                raise
            for member in {member for member, _data in going}:
                await member.socket.send(protocol.news(stored=member.received))

    async def write(self) -> int:
        """Writes a version of what was written together; returns its number, 0 when there was nothing to write."""
        async with self.lock:
            self.changed_at = self.dirty_since = 0.0
            try:
                number = await self.hub.run(None, store.write_version, self.key)
            except NotFound:
                return 0
            except Refused as refused:
                await self._to_others(None, protocol.news(refused=str(refused)))
                return 0
            self.size = await self.hub.run(None, store.weight_of, self.key)
            return number or 0

    async def look(self) -> None:
        """Something of the page changed elsewhere: a text saved in the plain editor, or who may write it."""
        for one in list(self.members):
            if not await self.hub.run(one.socket.person, store.may_write, self.key, one.socket.person):
                await one.socket.close(NO_RIGHT)
        async with self.lock:
            try:
                data, self.number = await self.hub.run(None, store.look_again, self.key, self.number)
            except (NotFound, store.Unfit):
                return
            for one in data:
                self.doc.apply_update(one)
                self.size += len(one)
                self._touch()
                await self._to_others(None, protocol.sync(protocol.UPDATE, one))

    async def run(self) -> None:
        """Keeps and writes at their times, as long as somebody is here."""
        while True:
            await asyncio.sleep(KEEP_S)
            try:
                await self.keep()
                now = time.monotonic()
                if self.changed_at and (now - self.changed_at > IDLE_S or now - self.dirty_since > LONGEST_S):
                    await self.write()
            except Exception:
                logger.exception("a shared text could not be kept; it is tried again")
                await asyncio.sleep(2)


def made(data: tuple[bytes, ...]) -> Doc[Any]:
    """The shared text that these changes make."""
    doc: Doc[Any] = Doc()
    shared.fragment_of(doc)
    for one in data:
        doc.apply_update(one)
    return doc


class Rooms:
    """The rooms of one process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._rooms: dict[int, Room] = {}
        self._opening: dict[int, asyncio.Lock] = {}

    async def enter(self, socket: Socket) -> tuple[Room, Member] | None:
        """The room of the socket's page with a place in it; None when it is full. Raises Unfit, NotFound."""
        key = socket.contribution.id
        async with self._opening.setdefault(key, asyncio.Lock()):
            room = self._rooms.get(key) or await self._open(key)
            if len(room.members) >= MOST_MEMBERS:
                return None
            member = Member(socket, room.free_hue())
            await room.enter(member)
            return room, member

    async def _open(self, key: int) -> Room:
        opened = await self._hub.run(None, store.open_room, key)
        size = sum(map(len, opened.data))
        room = Room(self._hub, key, made(opened.data), opened.epoch, opened.number, size)
        room.stop_watching = self._hub.watch(f"contribution:{key}", room.look)
        room.task = asyncio.create_task(room.run())
        if len(opened.data) > 1:
            room._touch()
        self._rooms[key] = room
        return room

    async def leave(self, room: Room, member: Member) -> None:
        """The member's place is given up; the last one closes the room, and a version is written."""
        await room.leave(member)
        await room.keep()
        async with self._opening.setdefault(room.key, asyncio.Lock()):
            if room.members or self._rooms.get(room.key) is not room:
                return
            if room.dirty_since:
                await room.write()
            del self._rooms[room.key]
            room.stop_watching()
            if room.task:
                room.task.cancel()
        self._opening.pop(room.key, None)


_rooms: WeakKeyDictionary[Any, Rooms] = WeakKeyDictionary()


async def serve(socket: Socket) -> None:
    """One browser writes along, until its line ends."""
    rooms = _rooms.setdefault(socket.hub, Rooms(socket.hub))
    person, key = socket.person, socket.contribution.id
    if not await socket.hub.run(person, store.may_write, key, person):
        await socket.close(NO_RIGHT)
        return
    try:
        place = await rooms.enter(socket)
    except store.Unfit:
        await socket.close(UNFIT)
        return
    except NotFound:
        await socket.close(NO_RIGHT)
        return
    if place is None:
        await socket.close(TOO_FAST)
        return
    room, member = place
    try:
        # Who writes along isn't the one who has the plain editor open.
        await socket.hub.run(person, _close_plain_editor, socket)
        while True:
            await room.hear(member, await socket.receive())
    except SocketClosed:
        pass
    finally:
        await rooms.leave(room, member)


def _close_plain_editor(socket: Socket) -> None:
    stop_editing(socket.contribution, by=socket.person)
