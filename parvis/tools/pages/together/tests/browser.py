"""A browser as far as the wire is concerned: a Yjs document behind a real WebSocket. Not here: what tests prove."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import Any

from pycrdt import Doc
from websockets.exceptions import ConnectionClosed

from parvis.testing.live import PATIENCE_S, LiveSite, socket_path, until
from parvis.tools.pages.together import from_markdown, protocol, shared, to_markdown


class Browser:
    """Joins a page and follows it in a thread; `doc` lives in that thread's care, under `lock`."""

    def __init__(self, site: LiveSite, page: Any, session: str | None, doc: Doc[Any] | None = None) -> None:
        self.doc: Doc[Any] = doc if doc is not None else Doc(allow_multithreading=True)
        shared.fragment_of(self.doc)
        self.lock = threading.Lock()
        self.news: list[dict[str, Any]] = []
        self.names: dict[int, Any] = {}
        self.code: int | None = None
        self.is_open = False
        self.raw: list[bytes] = []
        self.sent = 0
        self.line = site.open(socket_path("pages", page, "together"), session)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                self._hear(bytes(self.line.recv(decode=False)))
        self.code = self.line.close_code

    def _hear(self, message: bytes) -> None:
        self.raw.append(message)
        if message[0] == protocol.AWARENESS:
            self._see(message)
            return
        kind, what = protocol.read(message)
        if kind == protocol.NEWS:
            self.news.append(what)
            if "epoch" in what:
                with self.lock:
                    self.line.send(protocol.sync(protocol.STEP_1, self.doc.get_state()))
            return
        step, data = what
        with self.lock:
            if step == protocol.STEP_1:
                self._send(protocol.sync(protocol.STEP_2, self.doc.get_update(data)))
                return
            self.doc.apply_update(data)
        if step == protocol.STEP_2:
            self.is_open = True

    def _see(self, message: bytes) -> None:
        reader = protocol._Reader(message[1:])
        inner = protocol._Reader(reader.bytes())
        for _number in range(inner.number()):
            client, _clock, state = inner.number(), inner.number(), json.loads(inner.text())
            if state is None:
                self.names.pop(client, None)
            else:
                self.names[client] = state["user"]["name"]

    def _send(self, message: bytes) -> None:
        self.sent += 1
        self.line.send(message)

    def joined(self) -> Browser:
        """Waits until the whole text has come."""
        until(lambda: self.is_open or self.code is not None)
        assert self.is_open, self.code
        return self

    @property
    def text(self) -> str:
        """What this browser shows, as Markdown."""
        with self.lock:
            return to_markdown.write(shared.tree_of(self.doc))

    def write(self, markdown: str) -> None:
        """Types until the page says this; sent at once."""
        with self.lock:
            before = self.doc.get_state()
            shared.make_alike(self.doc, from_markdown.read(markdown))
            data = self.doc.get_update(before)
        self._send(protocol.sync(protocol.UPDATE, data))

    def type(self, old: str, new: str) -> None:
        """Changes a few words."""
        self.write(self.text.replace(old, new))

    def stand(self, client: int, **state: Any) -> None:
        """Says where its cursor is."""
        self.line.send(protocol.presence(protocol.Presence(client, 1, state)))

    def is_kept(self) -> bool:
        """Whether the server has said that everything sent is stored."""
        return any(news.get("stored", 0) >= self.sent for news in self.news)

    def leave(self) -> None:
        self.line.close()
        self._thread.join(PATIENCE_S)

    def closed(self) -> int:
        """The code with which the server ended it."""
        until(lambda: self.code is not None)
        return int(self.code or 0)
