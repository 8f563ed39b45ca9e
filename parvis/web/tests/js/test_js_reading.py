"""Reading aids in a real Chromium: times, "3 new", first unread, quoting, copying, keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.composer_page import composer
from parvis.web.tests.js.tiny_site import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("ago", "language", "expected"),
    [
        (timedelta(seconds=5), "en", "now"),
        (timedelta(minutes=2, seconds=5), "en", "2 min. ago"),
        (timedelta(hours=3, minutes=1), "fr", "il y a 3 h"),
        (timedelta(days=1, minutes=1), "fr", "hier"),
        (timedelta(days=15), "en", "12 May 2026"),
        (timedelta(hours=-2, minutes=-1), "en", "in 2 hr."),
    ],
)
def test_a_time_is_told_in_the_pages_language(
    site: Site, page: Page, ago: timedelta, language: str, expected: str
) -> None:
    at = (datetime.now(UTC) - ago).isoformat()
    page.goto(
        site.page("/", f'<time datetime="{at}" data-relative>12 May 2026, 10:42</time>', language=language)
    )
    expect(page.locator("time")).to_have_text(expected)
    assert page.locator("time").get_attribute("title") == "12 May 2026, 10:42"


def test_a_time_brought_by_htmx_is_told_too(site: Site, page: Page) -> None:
    at = (datetime.now(UTC) - timedelta(hours=3, minutes=1)).isoformat()
    site.answers["/part"] = lambda asked: (
        200,
        "text/html",
        f'<p><time datetime="{at}" data-relative>x</time></p>'.encode(),
    )
    page.goto(site.page("/", '<button hx-get="/part" hx-target="next div">more</button><div></div>'))
    page.get_by_role("button").click()
    expect(page.locator("time")).to_have_text("3 hr ago")


THREAD = """<x-thread><article id="r-1" data-reply>one<p class="tall"></p></article>
<p id="new">new</p><article id="r-2" data-reply>two</article><article id="r-3" data-reply>three</article>
</x-thread><ol>{}</ol>""".format("<li>filler</li>" * 200)


def test_a_thread_opens_at_the_first_unread(site: Site, page: Page) -> None:
    filler = f"<ol>{'<li>filler</li>' * 200}</ol>"
    page.goto(site.page("/", f"{filler}{THREAD}"))
    expect(page.locator("#new")).to_be_in_viewport()
    expect(page.locator("#new")).to_be_focused()


def test_a_thread_opens_at_the_reply_of_the_address_and_marks_it(site: Site, page: Page) -> None:
    filler = f"<ol>{'<li>filler</li>' * 200}</ol>"
    page.goto(site.page("/", f"{filler}{THREAD}") + "#r-3")
    expect(page.locator("#r-3")).to_be_in_viewport()
    expect(page.locator("#r-3")).to_have_class("is-target")
    page.evaluate("() => { location.hash = '#r-2'; }")
    expect(page.locator("#r-2")).to_have_class("is-target")
    assert page.locator(".is-target").count() == 1


QUOTE = f"""<x-quote><div data-quotable="0abc" data-author="Anna" data-person="0p1"><p>First part.</p><p>Second part.</p></div></x-quote>
<p id="other">elsewhere</p>{composer(body="Before")}"""


def test_a_selection_is_quoted_into_the_reply(site: Site, page: Page) -> None:
    page.goto(site.page("/", QUOTE))
    expect(page.locator("[data-toolbar]")).to_be_visible()
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('[data-quotable]'))")
    page.get_by_role("button", name="Quote", exact=True).last.click()
    expect(page.locator("textarea")).to_have_value(
        "Before\n\n@[Anna](person:0p1)\n\n> First part.\n>\n> Second part.\n\n"
    )
    expect(page.locator("textarea")).to_be_focused()


def test_q_quotes_and_what_is_elsewhere_is_not_quoted(site: Site, page: Page) -> None:
    page.goto(site.page("/", QUOTE))
    expect(page.locator("[data-toolbar]")).to_be_visible()
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('#other'))")
    page.keyboard.press("q")
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('[data-quotable] p'))")
    page.keyboard.press("q")
    expect(page.locator("textarea")).to_have_value("Before\n\n@[Anna](person:0p1)\n\n> First part.\n\n")


def test_a_link_is_copied_whole(site: Site, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.page("/", '<x-copy><a href="/forum/0abc/#r-1">Copy link</a></x-copy>'))
    page.get_by_role("link").click()
    expect(page.locator(".toast")).to_contain_text("Link copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == f"{site.url}/forum/0abc/#r-1"


def test_a_refused_copy_shows_the_address(site: Site, page: Page) -> None:
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.goto(site.page("/", '<x-copy><a href="/forum/0abc/">Copy link</a></x-copy>'))
    page.get_by_role("link").click()
    expect(page.locator(".toast input")).to_have_value(f"{site.url}/forum/0abc/")


KEYS = (
    '<h1>Home</h1><p>A header</p><x-keys data-go=\'{"h": "/published"}\'></x-keys><input type="search" aria-label="s"><dialog id="keys"><p>Keys</p>'
    '<form method="dialog"><button>Close</button></form></dialog>'
    + "<main>"
    + "".join(
        f'<article data-entry class="{"is-unread" if n in (2, 4) else ""}"><h2><a href="#{n}">Card {n}</a></h2></article>'
        for n in range(1, 5)
    )
)


def test_j_and_k_walk_the_cards(site: Site, page: Page) -> None:
    page.goto(site.page("/", KEYS))
    for key, card in (("j", 1), ("j", 2), ("j", 3), ("k", 2)):
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=f"Card {card}")).to_be_focused()


def test_o_opens_a_card_without_title_by_its_foot_and_never_its_author(site: Site, page: Page) -> None:
    card = '<article data-entry><a href="/author">Nadia</a><p>A word</p><a class="entry-act" href="/note">2</a></article>'
    page.goto(site.page("/", f"<main><x-keys></x-keys>{card}</main>"))
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/note")


def test_n_goes_to_the_next_unread_and_comes_round(site: Site, page: Page) -> None:
    page.goto(site.page("/", KEYS))
    for card in (2, 4, 2):
        page.keyboard.press("n")
        expect(page.get_by_role("link", name=f"Card {card}")).to_be_focused()


def test_slash_and_ctrl_k_search_and_typing_is_left_alone(site: Site, page: Page) -> None:
    page.goto(site.page("/", KEYS))
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("jk/?n")
    expect(search).to_have_value("jk/?n")
    page.locator("a").first.focus()
    page.keyboard.press("Control+k")
    expect(search).to_be_focused()


def test_the_question_mark_shows_the_keys_and_g_h_goes_home(site: Site, page: Page) -> None:
    page.goto(site.page("/", KEYS))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".is-current")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/published")


def test_keys_can_be_switched_off(site: Site, page: Page) -> None:
    page.goto(site.page("/", KEYS))
    page.evaluate("() => { document.documentElement.dataset.keys = 'off'; }")
    page.keyboard.press("j")
    expect(page.locator(".is-current")).to_have_count(0)


def test_scripts_for_writing_are_fetched_only_where_one_writes(site: Site, page: Page) -> None:
    page.goto(site.page("/read", "<p>Only text</p>"))
    assert site.to("/writing.js") == []
    site.answers["/form"] = lambda asked: (200, "text/html", composer().encode())
    page.goto(site.page("/htmx", '<button hx-get="/form" hx-target="next div">write</button><div></div>'))
    page.get_by_role("button", name="write").click()
    expect(page.locator("[data-toolbar]")).to_be_visible()
    assert len(site.to("/writing.js")) == 1


def test_a_broken_strings_attribute_does_not_stop_the_page(site: Site, page: Page) -> None:
    site.answers["/broken"] = lambda asked: (
        200,
        "text/html",
        b'<!doctype html><title>x</title><meta name=htmx-config content={"includeIndicatorStyles":false}>'
        b"<script defer src=/parvis.js></script><body data-strings='{'>"
        b'<time datetime="2020-01-01T00:00:00Z" data-relative>x</time>',
    )
    page.goto(site.url + "/broken")
    expect(page.locator("time")).to_have_attribute("title", "x")


def test_a_reply_of_a_thread_is_quoted_with_its_writer(site: Site, page: Page) -> None:
    reply = (
        '<article id="r-1" data-reply><a class="reply-name" href="/people/0123456789abc/">Anna</a>'
        '<div data-quotable="1"><p>First part.</p></div></article>'
    )
    page.goto(site.page("/", f"<x-thread>{reply}</x-thread>{composer()}"))
    expect(page.locator("[data-toolbar]")).to_be_visible()
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('[data-quotable]'))")
    page.keyboard.press("q")
    expect(page.locator("textarea")).to_have_value("@[Anna](person:0123456789abc)\n\n> First part.\n\n")
