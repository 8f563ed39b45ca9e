"""A real Chromium and a tiny site for the tests of our scripts; no Django page is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from parvis.web.assets import SCRIPTS, join_js
from parvis.web.tests.js.tiny_site import Site, serve


@pytest.fixture(scope="session")
def scripts() -> dict[str, bytes]:
    return {name: join_js(order).encode() for name, order in SCRIPTS.items()}


@pytest.fixture
def site(scripts: dict[str, bytes]) -> Iterator[Site]:
    with serve(scripts) as site:
        yield site


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own context; any script error or refusal by the content policy fails the test."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    context.close()
    assert problems == []
