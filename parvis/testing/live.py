"""The live process for tests: the real server and application on loopback, in threads of this process.

Not here: pages (testing.browsers) and what a tool says on its connections.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets import Origin
from websockets.sync.client import connect

from parvis.config import config
from parvis.kernel.ids import encode
from parvis.testing.ports import free_port

PATIENCE_S = 30.0


class LiveSite:
    """Where the live process answers, and connections to it as a person's page would open them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.application: Any = None

    def start(self) -> None:
        """Serves from threads of this process, until `stop`; may be started again."""
        from parvis.live.application import Application
        from parvis.live.server import Server

        self.application = Application()
        self._server = Server(self.application, "127.0.0.1", self.port)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)
        self._thread.start()
        until(lambda: self._server.started)

    def stop(self) -> None:
        """Ends it as a signal would."""
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the live process does not end"

    def open(
        self, path: str, session: str | None = None, *, origin: str | None = None, **options: Any
    ) -> Any:
        """A WebSocket with the session's cookie. Raises InvalidStatus when it is refused at the door."""
        headers = {"Cookie": f"session={session}"} if session else {}
        where = config.url if origin is None else origin
        given: dict[str, Any] = {"additional_headers": headers, "proxy": None, "legacy": True} | options
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            origin=Origin(where) if where else None,
            open_timeout=PATIENCE_S,
            compression=None,
            **given,
        )

    def listen(
        self,
        session: str | None,
        *,
        opens: str = "home",
        origin: str | None = None,
        last_event_id: str = "",
        **asked: str,
    ) -> Heard:
        """A person's stream of events as their page would open it; a context manager."""
        headers = {"Origin": config.url if origin is None else origin}
        if session:
            headers["Cookie"] = f"session={session}"
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        return Heard(f"{self.origin}/live/events", {"open": opens, **asked}, headers)


class Heard:
    """One open stream: what is said on it, one event after the other."""

    def __init__(self, url: str, params: dict[str, str], headers: dict[str, str]) -> None:
        self._client = httpx.Client(timeout=PATIENCE_S)
        self._opening = self._client.stream("GET", url, params=params, headers=headers)
        self.everything = b""

    def __enter__(self) -> Heard:
        self.answer = self._opening.__enter__()
        self._bytes = self.answer.iter_bytes()
        self._rest = b""
        return self

    def __exit__(self, *error: object) -> None:
        self._opening.__exit__(None, None, None)
        self._client.close()

    def next(self) -> dict[str, str] | None:
        """The next event's fields ("event", "data", "id"); None once the stream has ended. Signs of life are left out."""
        while True:
            while b"\n\n" in self._rest:
                said, self._rest = self._rest.split(b"\n\n", 1)
                lines = [
                    line.split(": ", 1) for line in said.decode().splitlines() if not line.startswith(":")
                ]
                if lines:
                    return {line[0]: line[1] for line in lines}
            came = next(self._bytes, None)
            if came is None:
                return None
            self.everything += came
            self._rest += came

    def names(self, count: int) -> list[str]:
        """The kinds of the next so many events."""
        return [(self.next() or {}).get("event", "end") for _one in range(count)]


def sign_in(person: Any) -> str:
    """A new session of the person, as the database keeps it; returns its key."""
    from django.contrib.auth import SESSION_KEY

    from parvis.accounts.sessions import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(person.id)
    store.save(must_create=True)
    return str(store.session_key)


def socket_path(tool: str, contribution: Any, name: str) -> str:
    """The address of a tool's connections on a contribution."""
    return f"/live/{tool}/{encode(contribution.id)}/{name}"


@pytest.fixture
def live_process(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveSite]:
    """The live process over a fresh database; pages made meanwhile name its address."""
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    site = LiveSite(free_port())
    monkeypatch.setattr(config, "live_url", site.origin)
    site.start()
    yield site
    site.stop()


def until(holds: Any, *, patience: float = PATIENCE_S) -> None:
    """Waits for something to become true; fails after a bound that a slow machine doesn't reach."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
