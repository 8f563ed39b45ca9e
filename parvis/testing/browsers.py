"""Fixtures: the real site on a loopback port, a real Chromium, axe. Walks themselves live in tests/walks."""

from __future__ import annotations

import functools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from parvis.testing.databases import refuse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

VENDOR = Path(__file__).parent / "vendor"
FLAGS = [
    "--no-sandbox",  # CI is root, where Chromium's own sandbox refuses to start
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Even a name lookup of a foreign host must fail: nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
PATIENCE_MS = 30_000
# The installed app has tests of its own (service_workers="allow"); elsewhere every request is the page's.
USUAL = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "service_workers": "block"}
OURS = {"127.0.0.1", "localhost"}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium() -> str | None:
    """PARVIS_CHROMIUM, else the first Chromium in the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("PARVIS_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@dataclass
class Site:
    """A running site; `site / "people/"` and `site.url` are addresses."""

    url: str

    def __truediv__(self, path: str) -> str:
        return f"{self.url}/{path.lstrip('/')}"

    def __str__(self) -> str:
        return self.url


@dataclass
class Watch:
    """What the pages of one test asked for and complained about."""

    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def on_request(self, request: Request) -> None:
        """Notes the host of every request, refused ones included."""
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss"):
            self.hosts.add(parts.hostname or "")

    def on_console(self, message: ConsoleMessage) -> None:
        """Notes what the content policy refused."""
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.complaints.append(message.text)

    def follow(self, context: BrowserContext) -> None:
        """Watches every page of a context."""
        context.on("request", self.on_request)
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self.on_error(str(error.error)))

    def on_error(self, text: str) -> None:
        """Notes an uncaught error; that the browser gave up an animation between two pages, being late, is none."""
        if "Transition was" not in text:
            self.complaints.append(text)

    def judge(self) -> None:
        """Fails on a request to a foreign host, a refused script or style, an uncaught error."""
        assert self.hosts <= OURS, f"requests to foreign hosts: {sorted(self.hosts - OURS)}"
        assert not self.complaints, "\n".join(self.complaints)


@pytest.fixture(scope="session")
def wsgi_application() -> Callable[..., Any]:
    """The application as production serves it, static files included."""
    from parvis.web import assets

    assets.build()
    from parvis import wsgi

    application: Callable[..., Any] = wsgi.application
    return application


@pytest.fixture
def live_site(fresh_database: str, wsgi_application: Callable[..., Any]) -> Iterator[Site]:
    """The whole site over a fresh database, served by threads of this process on its own port."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadedWSGIServer(
        ("127.0.0.1", int(os.environ["PARVIS_PORT"])), Quiet, allow_reuse_address=True
    )
    server.set_app(wsgi_application)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield Site(os.environ["PARVIS_URL"])
    server.shutdown()
    server.server_close()
    thread.join()
    from parvis.wsgi import front

    front.slots.close()  # the next test has another database


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one a process; a test without one is skipped, in CI failed."""
    path = find_chromium()
    if path is None:
        refuse("no Chromium on this machine: install the package chromium, or set PARVIS_CHROMIUM")
    from playwright.sync_api import expect, sync_playwright

    # Generous: a slow machine must not fail a test, and a passing one never waits this long.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    """What this test's pages have asked for so far."""
    return Watch()


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser profile of its own: one call a person. Options as Browser.new_context.

    At the end of the test: no foreign host was asked, nothing was refused by the content policy, no script
    failed.
    """
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**(USUAL | options))
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watch.follow(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    watch.judge()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page in French, watched."""
    return new_page()


@functools.cache
def axe_source() -> str:
    """The accessibility checker's script."""
    return (VENDOR / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """`axe(page)` fails with every violation of WCAG 2.2 AA on the page as it stands, one a line."""

    def check(page: Page, *, ignore: tuple[str, ...] = ()) -> None:
        # Evaluated by the debugger, so our strict content policy stays on while it runs.
        page.evaluate(axe_source())
        options = {
            "runOnly": {"type": "tag", "values": AXE_TAGS},
            "rules": {rule: {"enabled": False} for rule in ignore},
            "resultTypes": ["violations"],
        }
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        lines = [
            f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
            for violation in found
            for node in violation["nodes"]
        ]
        assert not lines, f"{page.url}\n" + "\n".join(lines)

    return check
