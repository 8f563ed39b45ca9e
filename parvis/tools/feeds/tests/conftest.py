"""A loopback server of feeds, and a cast with a shelf. Not here: what they show."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.kernel.fetch import Fetcher
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceTool
from parvis.testing.cast import Cast, build_cast
from parvis.tools.feeds.models import Source
from parvis.web.models import Network

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Le Courrier du Fil</title>
<link>https://courrier.example/</link><description>Ce qui se tisse.</description>{items}</channel></rss>"""
ITEM = """<item><guid>{key}</guid><title>{title}</title><link>https://courrier.example/{key}</link>
<description>{text}</description><pubDate>Mon, 02 Nov 2026 0{hour}:00:00 GMT</pubDate></item>"""


def rss(*titles: str, text: str = "Un fil neuf.") -> bytes:
    items = [ITEM.format(key=f"a{n}", title=title, text=text, hour=n) for n, title in enumerate(titles)]
    return RSS.format(items="".join(items)).encode()


class Server:
    """Pages by path, and what was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.asked: list[tuple[str, int]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = outer.pages.get(self.path)
                tag = f'"{hashlib.sha256(found[1]).hexdigest()[:16]}"' if found else ""
                status = 404 if found is None else 304 if self.headers.get("If-None-Match") == tag else 200
                outer.asked.append((self.path, status))
                self.send_response(status)
                if found:
                    self.send_header("Content-Type", found[0])
                    self.send_header("ETag", tag)
                self.end_headers()
                if status == 200 and found:
                    self.wfile.write(found[1])

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def source(self, path: str, body: bytes, kind: str = "application/rss+xml") -> Source:
        self.pages[path] = (kind, body)
        return Source.objects.get_or_create(url=f"{self.url}{path}")[0]

    def fetcher(self) -> Fetcher:
        """A new one each time, so that no turn of another test counts."""
        return Fetcher(trusted={ip_address("127.0.0.1")}, ports={self.http.server_port})


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def cast(db: Any) -> Cast:
    Network.objects.get_or_create(id=1)
    made = build_cast()
    for space in (made.open, made.secret, made.elsewhere):
        switch_on(space)
    return made


def switch_on(space: Space) -> None:
    for slug in ("feeds", "forum", "blog"):
        SpaceTool.objects.get_or_create(space=space, slug=slug)


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    def make(person: Person) -> Client:
        client = Client(headers={"accept-language": "en"})
        Person.objects.filter(id=person.id).update(language="en")
        client.force_login(person, backend=BACKEND)
        return client

    return make
