"""What bounds one call of the fetcher: its limits, one failure for all causes, the turns of hosts, a resolver in time.

Not here: the call itself (fetch.py).
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused

Resolver = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Limits:
    """Bounds of one fetch, redirects included: seconds, and bytes once decoded."""

    resolve: float = 3.0
    connect: float = 3.0
    total: float = 10.0
    body: int = 2 * 1024 * 1024
    head: int = 32 * 1024
    redirects: int = 3


class FetchFailed(Refused):
    """No answer we accept. One sentence for all causes, so that it maps no network; `reason` is for logs."""

    def __init__(self, reason: str, *, retry_after: float = 0.0) -> None:
        super().__init__(_("We could not fetch this address."))
        self.reason = reason
        self.retry_after = retry_after


class Turns:
    """One call at a time to each host, and no sooner than its spacing after the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        self._last: dict[str, float] = {}

    @contextlib.contextmanager
    def take(self, host: str, spacing: float) -> Iterator[None]:
        """Hold this host's turn. Raises FetchFailed with `retry_after` rather than wait."""
        with self._lock:
            now = time.monotonic()
            wait = self._last.get(host, now - spacing) + spacing - now
            if host in self._under_way:
                raise FetchFailed("host is being called", retry_after=max(wait, 1.0))
            if wait > 0:
                raise FetchFailed("too soon", retry_after=wait)
            if len(self._last) > 10_000:
                self._last.clear()
            self._under_way.add(host)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(host)
                self._last[host] = time.monotonic()


def left_until(deadline: float) -> float:
    """Seconds until the deadline. Raises FetchFailed once it has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise FetchFailed("too slow")
    return left


def resolve_within(resolve: Resolver, host: str, limits: Limits) -> Sequence[str]:
    """The resolver's answer in time; the system's own can hang for half a minute, with no way to stop it."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host))
        except (OSError, UnicodeError):
            answers.put(())

    threading.Thread(target=ask, daemon=True, name="resolve").start()
    try:
        return answers.get(timeout=limits.resolve)
    except queue.Empty:
        raise FetchFailed("resolver too slow") from None
