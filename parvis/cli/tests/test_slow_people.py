"""Slow people on a running site: whoever reads or sends slowly, the home page still answers others."""

from __future__ import annotations

import http.client
import io
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest

from parvis.cli.tests.test_commands import Running, folder, parvis, running
from parvis.front import SLOTS
from parvis.serving import THREADS

__all__ = ["folder"]
pytestmark = pytest.mark.commands

SLOW = 20
PATIENCE_S = 10
LARGE = 8 * 2**20


class Reached(Protocol):
    """What answers on a port: a site, or the server before it."""

    port: int


class Visitor:
    """Somebody with a browser: a connection of their own for each request, and their cookies."""

    def __init__(self, site: Reached) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=PATIENCE_S)
        cookie = {"Cookie": self.cookie_line()} if self.cookies else {}
        connection.request(method, path, body or None, cookie | headers)
        answer = connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer, content

    def cookie_line(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def sign_in(self, link: str) -> None:
        path = urlsplit(link).path
        answer, page = self.ask("GET", path)
        if answer.status == 200:
            self.post(path, page)
        assert "session" in self.cookies

    def post(self, path: str, page: bytes) -> http.client.HTTPResponse:
        token = token_of(page)
        body = f"csrfmiddlewaretoken={token}".encode()
        return self.ask("POST", path, body, **{"Content-Type": "application/x-www-form-urlencoded"})[0]

    def upload(self, content: bytes) -> str:
        """Sends a file as the composer does; returns its address."""
        token = token_of(self.ask("GET", "/publish/")[1])
        lines = io.BytesIO()
        for head, value in (
            ('name="csrfmiddlewaretoken"', token.encode()),
            ('name="file"; filename="large.bin"', content),
        ):
            lines.write(
                f"--line\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
            )
        lines.write(b"--line--\r\n")
        answer, told = self.ask(
            "POST", "/upload/", lines.getvalue(), **{"Content-Type": "multipart/form-data; boundary=line"}
        )
        assert answer.status == 200, told
        found = re.search(rb'"url": "([^"]+)"', told)
        assert found is not None
        return found[1].decode()


def token_of(page: bytes) -> str:
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None, page[:2000]
    return found[1].decode()


def connect(port: int) -> socket.socket:
    """A connection whose other end can send little before we read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(PATIENCE_S)
    line.connect(("127.0.0.1", port))
    return line


@pytest.fixture
def site(folder: Path) -> Iterator[Running]:
    with running(folder) as started:
        yield started


@pytest.fixture
def member(site: Running) -> Visitor:
    link = parvis("person", "create", "Ada", "--email", "ada@example.org", "--data", str(site.folder)).stdout
    visitor = Visitor(site)
    visitor.sign_in(link.strip())
    return visitor


def test_twenty_people_who_read_and_send_slowly_keep_nobody_from_the_home_page(
    site: Running, member: Visitor
) -> None:
    assert SLOTS < SLOW < THREADS
    path = member.upload(bytes(LARGE))
    with ExitStack() as open_lines:
        for number in range(SLOW):
            readers, senders = connect(site.port), connect(site.port)
            open_lines.enter_context(readers)
            open_lines.enter_context(senders)
            readers.sendall(
                f"GET {path}?{number} HTTP/1.1\r\nHost: localhost\r\nCookie: {member.cookie_line()}\r\n\r\n".encode()
            )
            assert readers.recv(15) == b"HTTP/1.1 200 OK"
            senders.sendall(
                b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=a"
            )
        for _ in range(SLOTS + 1):
            answer, page = member.ask("GET", "/")
            assert answer.status == 200
            assert b"</html>" in page
        # Whoever was slow isn't forgotten: the first reader still gets the rest.
        assert readers.recv(1000)


def test_what_is_far_too_large_is_refused_before_it_is_read(site: Running) -> None:
    with connect(site.port) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000000\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 413"
