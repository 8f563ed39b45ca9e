"""What the connections of one live process share: threads for the database, who watches what, what to do at the end.

Not here: the news itself (live.news) and the connections (live.connections).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from parvis.kernel.db import SYSTEM, acting
from parvis.people.models import Person

# Each holds one database connection. Whoever types waits for none of them.
THREADS = 4
logger = logging.getLogger("parvis.live")
Told = Callable[[], Awaitable[None]]


class Hub:
    """One a process; implements toolkit.sockets.Hub."""

    def __init__(self) -> None:
        self._opened: list[BaseDatabaseWrapper] = []
        self._threads = ThreadPoolExecutor(
            THREADS, thread_name_prefix="live-db", initializer=self._note_connection
        )
        self._watchers: defaultdict[str, list[Told]] = defaultdict(list)
        self._at_the_end: list[Told] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, actor: Person | None, do: Callable[..., Any], *args: Any) -> Any:
        """Calls `do(*args)` in a thread within `acting(actor)`; None: the system. Raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _inside, actor, do, args)

    def watch(self, subject: str, told: Told) -> Callable[[], None]:
        """Calls `told` at each news of the subject; returns how to stop watching."""
        self._watchers[subject].append(told)

        def stop() -> None:
            self._watchers[subject].remove(told)
            if not self._watchers[subject]:
                del self._watchers[subject]

        return stop

    def tell(self, subject: str | None) -> None:
        """News of one subject; None: there may be news of any, such as after a lost connection."""
        for key in [subject] if subject is not None else list(self._watchers):
            for told in list(self._watchers.get(key, ())):
                self.later(told())

    def later(self, doing: Awaitable[None]) -> None:
        """Does something soon, beside what goes on; a failure is logged and harms nobody else."""
        task = asyncio.ensure_future(_logged(doing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def before_stop(self, do: Told) -> None:
        """Awaits `do` when the process ends."""
        self._at_the_end.append(do)

    async def stop(self) -> None:
        """Everything promised is done, then the threads end."""
        for do in self._at_the_end:
            await _logged(do())
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        for one in self._opened:
            one.close()

    def _note_connection(self) -> None:
        own = connections[DEFAULT_DB_ALIAS]
        own.inc_thread_sharing()
        self._opened.append(own)


def _inside(actor: Person | None, do: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    connection.close_if_unusable_or_obsolete()
    try:
        with acting(actor or SYSTEM):
            return do(*args)
    finally:
        # A connection that broke must not be met again by the next.
        connection.close_if_unusable_or_obsolete()


async def _logged(doing: Awaitable[None]) -> None:
    try:
        await doing
    except Exception:
        logger.exception("something went wrong in the live process")
