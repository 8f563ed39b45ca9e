"""What stood in view for some seconds is read, nothing else; `n` goes on to the next unread thing of the list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.tiny_site import Site, as_json

pytestmark = pytest.mark.browser

BODY = 'data-live="/live.js"'
KEY, OTHER = "0abcdefghjkmn", "0abcdefghjkmp"


def thread(replies: int, *, after: int, new: str = "") -> str:
    # Spans of a viewport's height: one is in view at a time.
    lines = "".join(
        f'<p id="gap-{n}">{"<br>" * 60}</p><article id="r-{n}" data-reply>{n}</article>'
        for n in range(1, replies + 1)
    )
    return (
        f'<main><x-keys></x-keys><x-thread>{lines}<x-read hidden data-url="/read/" data-after="{after}" data-fresh="{new}">'
        "</x-read></x-thread></main>"
    )


def open_thread(site: Site, page: Page, body: str) -> None:
    site.answers.setdefault("/read/", lambda asked: as_json({}))
    page.goto(site.page(f"/forum/{KEY}/", body, body_attributes=BODY))


def test_a_reply_that_was_in_view_is_told_and_one_below_is_not(site: Site, page: Page) -> None:
    with page.expect_request("**/read/") as told:
        open_thread(site, page, thread(2, after=50))
    assert 'name="shown"\r\n\r\n\r\n' in (told.value.post_data or "")
    with page.expect_request("**/read/") as told:
        page.locator("#r-1").scroll_into_view_if_needed()
    assert 'name="shown"\r\n\r\n1\r\n' in (told.value.post_data or "")
    assert "marks=1" in page.evaluate("document.cookie")


def test_leaving_at_once_tells_nothing(site: Site, page: Page) -> None:
    open_thread(site, page, thread(1, after=60_000))
    expect(page.locator("x-read")).to_be_attached()
    page.evaluate("() => window.dispatchEvent(new Event('pagehide'))")
    assert site.to("/read/") == []


def test_n_walks_the_new_replies_then_the_next_thing_of_the_list(site: Site, page: Page) -> None:
    entries = "".join(
        f'<article data-entry class="is-unread"><h2><a href="/forum/{key}/">{key}</a></h2></article>'
        for key in (KEY, OTHER)
    )
    site.page(f"/forum/{OTHER}/", "<main>Other</main>", body_attributes=BODY)
    page.goto(site.page("/", f"<main>{entries}</main>", body_attributes=BODY))
    page.evaluate(
        """() => new Promise((done) => {
            const look = () => (sessionStorage.getItem('parvis-unread') ? done() : setTimeout(look, 20));
            look();
        })"""
    )
    open_thread(site, page, thread(3, after=60_000, new="1 3"))
    expect(page.locator("[data-new]")).to_have_count(2)
    for reply in ("#r-1", "#r-3"):
        page.keyboard.press("n")
        expect(page.locator(reply)).to_be_focused()
    page.keyboard.press("n")
    page.wait_for_url(f"**/forum/{OTHER}/")
