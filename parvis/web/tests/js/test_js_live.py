"""What the page asks when something happened, or may have: by itself where there is no stream, from one page for all."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.tiny_site import Site, as_html, as_json

pytestmark = pytest.mark.browser

BODY = 'data-live="/live.js"'
LIVE = '<x-live hidden data-url="{url}" data-since="0" data-person="p" data-every="0.2"></x-live>'
PILL = '<x-pill data-opens="home" data-since="2026-01-01T00:00:10Z" data-url="/new"></x-pill>'
THREAD = """<x-thread><div class="replies"><article id="r-1" data-reply>one</article>
<div class="reply-children"><article id="r-2" data-reply>two</article></div></div>
<x-newer data-opens="thing:t" data-since="2026-01-01T00:00:10Z" data-page="1" data-url="/newer"></x-newer></x-thread>
<textarea></textarea>"""


def open_page(site: Site, page: Page, body: str, url: str = "") -> None:
    site.answers.setdefault("/now/", lambda asked: as_json({"unread": 0}))
    page.goto(site.page("/", body + LIVE.format(url=url), body_attributes=BODY))


def test_the_pill_counts_what_the_page_does_not_show_and_inserts_nothing(site: Site, page: Page) -> None:
    answers = iter([[], ["a"]])
    site.answers["/new"] = lambda asked: as_json({"keys": next(answers, ["a", "b", "c", "d"])})
    open_page(site, page, f'{PILL}<ul><li id="c-d">old</li></ul>')
    expect(page.locator("x-pill a")).to_have_text("3 new")
    assert page.locator("ul").inner_html() == '<li id="c-d">old</li>'
    expect(page.locator("body > [role=status]")).to_have_text("3 new")
    # What was being written while the page was drawn has an earlier date.
    assert site.to("/new")[0].query["since"] == "2026-01-01T00:00:00.000Z"


def test_a_hidden_page_asks_for_nothing_but_the_bell_until_it_is_seen(site: Site, page: Page) -> None:
    site.answers["/new"] = lambda asked: as_json({"keys": ["a"]})
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => !window.awake })")
    open_page(site, page, PILL)
    expect(page.locator("x-live")).to_have_attribute("data-state", "polling")
    assert site.to("/new") == []
    page.evaluate("() => { window.awake = true; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(page.locator("x-pill a")).to_have_text("1 new")


def test_the_bell_and_the_title_say_the_number(site: Site, page: Page) -> None:
    waiting = {"unread": 3}
    site.answers["/now/"] = lambda asked: as_json(waiting)
    open_page(site, page, '<a class="tool" href="/notifications/">Bell</a>')
    expect(page).to_have_title("(3) Test")
    waiting["unread"] = 120
    expect(page).to_have_title("(99+) Test")
    expect(page.locator("body > [role=status]")).to_have_text("120 unread notifications")
    waiting["unread"] = 0
    expect(page).to_have_title("Test")
    expect(page.locator("a.tool")).to_have_text("Bell")


def test_signed_out_it_asks_no_more(site: Site, page: Page) -> None:
    site.answers["/now/"] = lambda asked: as_json({}, 403)
    site.answers["/new"] = lambda asked: as_json({"keys": []}, 403)
    open_page(site, page, PILL)
    with page.expect_response("**/new*"):
        pass
    page.evaluate(
        "() => new Promise((done) => setTimeout(done, 900))"
    )  # several times what it waits between two
    assert len(site.to("/new")) <= 2


def test_new_replies_are_offered_and_put_where_they_belong(site: Site, page: Page) -> None:
    site.answers["/newer"] = lambda asked: as_json({"keys": ["3", "4"]})
    open_page(site, page, THREAD)
    page.locator("textarea").fill("typed")
    pill = page.locator("x-newer a")
    expect(pill).to_have_text("2 new replies")
    come = THREAD.replace("one</article>", "one, edited</article>").replace(
        "</div></div>",
        '<article id="r-3" data-reply>three</article></div><article id="r-4" data-reply>four</article></div>',
    )
    site.answers["/"] = lambda asked: as_html(come)
    pill.click()
    expect(page.locator(".replies > article")).to_have_text(["one", "four"])
    expect(page.locator(".reply-children > article")).to_have_text(["two", "three"])
    expect(pill).to_be_hidden()
    expect(page.locator("#r-3")).to_be_focused()
    expect(page.locator("textarea")).to_have_value("typed")


def test_replies_of_another_page_of_the_thread_lead_there(site: Site, page: Page) -> None:
    site.answers["/newer"] = lambda asked: as_json({"keys": ["9"]})
    open_page(site, page, THREAD)
    pill = page.locator("x-newer a")
    expect(pill).to_have_text("1 new reply")
    other = THREAD.replace('data-page="1"', 'data-page="2"') + "<p>second</p>"
    site.answers["/"] = lambda asked: as_html(other)
    pill.click()
    expect(page.get_by_text("second")).to_be_visible()
    expect(page).to_have_url(f"{site.url}/?reply=9#r-9")


STREAM = 'retry: 60000\n\nevent: ready\ndata: {}\n\nid: 1\nevent: post\ndata: {"space":"s","thing":"t"}\n\n'


def test_one_page_holds_the_stream_for_all(site: Site, page: Page) -> None:
    site.answers["/new"] = lambda asked: as_json({"keys": ["a"]})
    site.answers["/events"] = lambda asked: (200, "text/event-stream", STREAM.encode())
    far = LIVE.replace('data-every="0.2"', 'data-every="600"')
    site.answers["/now/"] = lambda asked: as_json({"unread": 0})
    address = site.page("/", PILL + far.format(url="/events"), body_attributes=BODY)
    second = page.context.new_page()
    page.goto(address)
    second.goto(address)
    for one in (page, second):
        expect(one.locator("x-pill a")).to_have_text("1 new")
    held = page.evaluate("navigator.locks.query().then((all) => [all.held.length, all.pending.length])")
    assert held == [1, 1]
    assert {asked.query["open"] for asked in site.to("/events")} == {"home"}
