"""As much of an IMAP server (RFC 3501) as a client needs that reads one folder over TLS. For tests, on loopback."""

from __future__ import annotations

import re
import shlex
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Letter:
    data: bytes
    is_seen: bool = False


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for `localhost`, valid for a day, signed by itself."""
    key, chain = folder / "key.pem", folder / "chain.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {key} -out {chain}"
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    return key, chain


class ImapServer(socketserver.ThreadingTCPServer):
    """`letters` is the folder; what was said before TLS and who signed in is kept."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, key: Path, chain: Path, starts_later: bool) -> None:
        self.key, self.chain, self.starts_later = key, chain, starts_later
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain, key)
        self.letters: list[Letter] = []
        self.signed_in: list[tuple[str, str]] = []
        self.said_in_clear: list[str] = []
        self.given = 0
        super().__init__(("127.0.0.1", 0), Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def put(self, data: bytes, *, seen: bool = False) -> None:
        self.letters.append(Letter(data, seen))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up over a certificate is no news."""


class Conversation(socketserver.BaseRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self.request.settimeout(20)
        self.is_clear = self.server.starts_later
        if not self.is_clear:
            self._secure()
        self._open()
        self._say("* OK ready")
        while line := self.file.readline().decode("ascii", "replace").strip():
            tag, _space, rest = line.partition(" ")
            word, _space, words = rest.partition(" ")
            if self.is_clear:
                self.server.said_in_clear.append(word.upper())
            if word.upper() == "LOGOUT":
                self._say("* BYE", f"{tag} OK bye")
                return
            self._answer(tag, word.upper(), words)

    def _secure(self) -> None:
        self.request: socket.socket = self.server.context.wrap_socket(self.request, server_side=True)

    def _open(self) -> None:
        self.file = self.request.makefile("rb")

    def _say(self, *lines: str) -> None:
        self.request.sendall(b"".join(line.encode() + b"\r\n" for line in lines))

    def _answer(self, tag: str, word: str, words: str) -> None:
        if word == "STARTTLS":
            self._say(f"{tag} OK begin")
            self._secure()
            self._open()
            self.is_clear = False
            return
        if word == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1" + (" STARTTLS LOGINDISABLED" if self.is_clear else ""))
        elif word == "LOGIN" and not self.is_clear:
            user, password = shlex.split(words)
            self.server.signed_in.append((user, password))
        elif word == "SELECT":
            self._say(f"* {len(self.server.letters)} EXISTS")
        elif word == "UID":
            self._uid(words)
        elif word not in ("NOOP", "LOGIN"):
            self._say(f"{tag} BAD what")
            return
        self._say(f"{tag} OK done")

    def _uid(self, words: str) -> None:
        letters = self.server.letters
        if words.upper() == "SEARCH UNSEEN":
            found = [str(at + 1) for at, one in enumerate(letters) if not one.is_seen]
            self._say("* SEARCH " + " ".join(found))
            return
        match = re.fullmatch(r"(FETCH|STORE) (\d+) (.*)", words)
        assert match
        number, one = int(match[2]), letters[int(match[2]) - 1]
        if match[1] == "STORE":
            assert match[3] == r"+FLAGS.SILENT (\Seen)"
            one.is_seen = True
        elif "SIZE" in match[3]:
            self._say(f"* {number} FETCH (UID {number} RFC822.SIZE {len(one.data)})")
        else:
            self.server.given += 1
            head = f"* {number} FETCH (UID {number} BODY[] {{{len(one.data)}}}\r\n".encode()
            self.request.sendall(head + one.data + b")\r\n")


@contextmanager
def serving(key: Path, chain: Path, *, starts_later: bool = False) -> Iterator[ImapServer]:
    """A server, open until the block ends."""
    with ImapServer(key, chain, starts_later) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
