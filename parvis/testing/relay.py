"""A mail relay on a loopback port, for tests that let mail really leave. Not here: what is sent (accounts.mail)."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Relay(socketserver.ThreadingTCPServer):
    """`received` holds each mail it took, as it came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[bytes] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as takes a message; refuses those to refused@…"""

    server: Relay

    def handle(self) -> None:
        self._say("220 stub ready")
        refused = False
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                self._say("250 stub")
            elif word == b"RCPT":
                refused = b"refused@" in line
                self._say("550 no such mailbox" if refused else "250 fine")
            elif word == b"DATA":
                self._say("354 go on")
                self.server.received.append(b"".join(self._lines()))
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _lines(self) -> Iterator[bytes]:
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            yield line


@contextmanager
def listening() -> Iterator[Relay]:
    """A relay, open until the block ends."""
    with Relay() as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
