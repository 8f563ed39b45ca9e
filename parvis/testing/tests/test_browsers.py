"""The watch over browsers itself: it must see a foreign host, a refused script and a poor page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from parvis.testing.browsers import VENDOR, Watch

pytestmark = pytest.mark.browser


def test_a_foreign_host_is_noticed_although_it_is_never_reached(page: Page, watch: Watch) -> None:
    page.set_content('<img src="http://tracker.example/pixel.gif" alt="">', wait_until="load")
    assert watch.hosts == {"tracker.example"}
    with pytest.raises(AssertionError, match="tracker.example"):
        watch.judge()
    watch.hosts.clear()


def test_what_the_content_policy_refuses_is_noticed(page: Page, watch: Watch) -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
    page.set_content(f"{policy}<script>document.title = 'ran'</script>", wait_until="load")
    assert page.title() == ""
    with pytest.raises(AssertionError, match="Content Security Policy"):
        watch.judge()
    watch.complaints.clear()


def test_axe_finds_what_it_should(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content("<html lang=fr><title>t</title><main><h1>Un</h1><img src='data:,'></main>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
    page.set_content(
        "<html lang=fr><title>t</title><main><h1>Un</h1><img src='data:,' alt='une image'></main>"
    )
    axe(page)


def test_the_vendored_checker_is_as_published() -> None:
    named = re.findall(r"`([0-9a-f]{64})`", (VENDOR / "README.md").read_text())
    assert named == [hashlib.sha256((VENDOR / "axe.min.js").read_bytes()).hexdigest()]
