"""What a tool's live connection is given: the wire, who is at its other end, the database and the news of its thing.

Not here: the process that holds the connections and judges who may (parvis.live).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from parvis.contributions.models import Contribution
from parvis.people.models import Person

# Why a connection ends, as the browser reads it. From 4400: ours; below: the protocol's own.
GOING_AWAY = 1012  # the process stops: come back later
MALFORMED = 4400
SESSION_OVER = 4401
NO_RIGHT = 4404  # taken away, never had, or no such thing: one answer
UNFIT = 4406  # the thing can't be held live
TOO_LARGE = 4413
TOO_FAST = 4429


class SocketClosed(Exception):
    """The other end is gone, or was cut."""


class Hub(Protocol):
    """What connections of one process share."""

    async def run(self, actor: Person | None, do: Callable[..., Any], *args: Any) -> Any:
        """Calls `do` in a thread, in one transaction in which the database knows the actor (None: the system)."""

    def watch(self, subject: str, told: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Calls `told` whenever something of a subject ("contribution:42") changed; returns how to stop."""

    def before_stop(self, do: Callable[[], Awaitable[None]]) -> None:
        """Awaits `do` when the process is told to stop, after the connections were told."""


class Socket(Protocol):
    """One admitted connection upon one contribution; cut from outside as soon as its person may no longer."""

    @property
    def person(self) -> Person: ...

    @property
    def contribution(self) -> Contribution: ...

    @property
    def hub(self) -> Hub: ...

    async def receive(self) -> bytes:
        """The next message. Raises SocketClosed."""

    async def send(self, message: bytes) -> None:
        """Queues a message; a reader too slow to take them is cut. Never raises."""

    async def close(self, code: int) -> None:
        """Ends the connection, saying why by one of the codes above."""


@dataclass(frozen=True)
class SocketRoute:
    """A tool's address of live connections upon its contributions: `/live/<tool>/<key>/<name>`.

    `serve` is "module:function", imported by the live process alone; the function is awaited with the Socket, and
    the connection ends when it returns. `ability` is asked at the connection and again whenever it may have changed.
    """

    name: str
    ability: str
    serve: str
