"""Drafts: saved at every pause, kept on the device without network, found again, never brought back."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.composer_page import composer
from parvis.web.tests.js.tiny_site import Site, as_json

pytestmark = pytest.mark.browser

SAVED = "2026-11-23T09:42:00Z"


@pytest.fixture(autouse=True)
def server(site: Site) -> None:
    site.answers["/draft"] = lambda asked: as_json({"id": "d1", "saved_at": SAVED})
    site.answers["/pick/people"] = site.answers["/pick/tags"] = lambda asked: as_json([])


def test_a_pause_saves_the_form_once_and_says_when(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    page.locator("textarea").press_sequentially("Hello you")
    expect(page.locator("[data-status]")).to_have_text("Saved 10:42")
    [sent] = site.to("/draft")
    assert (sent.method, sent.value("body"), sent.value("space")) == ("POST", "Hello you", "s1")
    assert sent.headers["X-CSRFToken"] == "tok"
    assert "csrfmiddlewaretoken" not in sent.form
    page.locator("textarea").press_sequentially("!")
    expect(page.locator("[name=draft]")).to_have_value("d1")
    expect(page.locator("textarea:invalid")).to_have_count(0)
    with page.expect_response("**/draft"):
        pass
    assert site.to("/draft")[1].value("draft") == "d1"


def test_without_a_server_the_text_stays_on_the_device_and_is_sent_later(site: Site, page: Page) -> None:
    url = site.page("/write", composer())
    page.goto(url)
    site.answers["/draft"] = lambda asked: (503, "text/plain", b"")
    page.locator("textarea").press_sequentially("Precious")
    expect(page.locator("[data-status]")).to_contain_text("Kept on this device")
    site.answers["/draft"] = lambda asked: as_json({"id": "d1", "saved_at": SAVED})
    page.goto("about:blank")
    page.goto(url)
    expect(page.locator("textarea")).to_have_value("Precious")
    expect(page.locator("[name=draft]")).to_have_value("d1")
    assert site.to("/draft")[-1].value("body") == "Precious"
    assert page.evaluate("() => localStorage.length") == 0


def test_coming_back_online_sends_the_draft(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    page.context.set_offline(True)
    page.locator("textarea").press_sequentially("Train")
    expect(page.locator("[data-status]")).to_contain_text("Kept on this device")
    assert site.to("/draft") == []
    page.context.set_offline(False)
    expect(page.locator("[data-status]")).to_have_text("Saved 10:42")
    assert site.to("/draft")[-1].value("body") == "Train"


def test_publishing_offline_keeps_the_page_and_the_text(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    page.locator("textarea").fill("Train")
    page.context.set_offline(True)
    page.locator("[data-publish]").click()
    expect(page.locator("[data-status]")).to_contain_text("No connection")
    assert page.url.endswith("/write")
    page.context.set_offline(False)


def test_being_signed_out_is_said(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    site.answers["/draft"] = lambda asked: as_json({}, 403)
    page.locator("textarea").press_sequentially("Precious")
    expect(page.locator("[data-status]")).to_contain_text("signed out")
    assert "Precious" in page.evaluate("() => localStorage.getItem('draft:/published')")


def test_a_newer_draft_of_the_server_is_restored_on_load(site: Site, page: Page) -> None:
    fields = {"body": "From my phone", "kind": "question", "title": "Why?"}
    site.answers["/draft"] = lambda asked: as_json({"id": "d9", "saved_at": SAVED, "fields": fields})
    page.goto(site.page("/write", composer(attributes="")))
    expect(page.locator("textarea")).to_have_value("From my phone")
    expect(page.get_by_label("question")).to_be_checked()
    expect(page.locator("[name=title]")).to_be_visible()
    expect(page.locator("[name=draft]")).to_have_value("d9")
    expect(page.locator("[data-status]")).to_have_text("Your draft of 10:42 is back")
    assert [asked.method for asked in site.to("/draft")] == ["GET"]


def test_a_draft_drawn_by_the_server_is_said_to_be_one(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer(attributes=f'data-saved-at="{SAVED}"', body="From my phone")))
    expect(page.locator("[data-status]")).to_have_text("Your draft of 10:42 is back")
    assert site.to("/draft") == []


def test_two_devices_lose_nothing(site: Site, page: Page) -> None:
    url = site.page("/write", composer(attributes=f'data-saved-at="{SAVED}"', body="From my phone"))
    page.goto(url)
    copy = {"base": "2026-11-20T09:00:00Z", "fields": [["body", "From this desk"], ["kind", "note"]]}
    page.evaluate("copy => localStorage.setItem('draft:/published', copy)", json.dumps(copy))
    page.reload()
    expect(page.locator("textarea")).to_have_value("From my phone")
    page.get_by_role("button", name="Use the text of this device").click()
    expect(page.locator("textarea")).to_have_value("From this desk")
    expect(page.locator("[data-status]")).to_have_text("Saved 10:42")


def test_leaving_asks_only_while_something_is_unsaved(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("textarea").press_sequentially("Hello")
    expect(page.locator("[data-status]")).to_have_text("Saved 10:42")
    page.goto("about:blank")
    assert asked == []
    page.goto(site.url + "/write")
    site.answers["/draft"] = lambda asked: (503, "text/plain", b"")
    page.locator("textarea").press_sequentially("Hello")
    page.evaluate("() => location.assign('about:blank')")
    page.wait_for_url("about:blank")
    assert asked == ["beforeunload"]


def test_publishing_does_not_ask_and_leaves_no_copy(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    site.answers["/draft"] = lambda asked: (503, "text/plain", b"")
    page.locator("textarea").press_sequentially("Hello")
    expect(page.locator("[data-status]")).to_contain_text("Kept on this device")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/published")
    assert asked == []
    assert page.evaluate("() => localStorage.length") == 0


def test_status_is_read_out_once_not_at_every_save(site: Site, page: Page) -> None:
    page.goto(site.page("/write", composer()))
    page.evaluate(
        """() => { window.said = []; new MutationObserver(() => {
          const text = document.querySelector('body > [role=status]')?.textContent;
          if (text && said.at(-1) !== text) said.push(text); }).observe(document.body, { childList: true, subtree: true }); }"""
    )
    times = iter(["2026-11-23T09:42:00Z", "2026-11-23T09:43:00Z", "2026-11-23T09:44:00Z"])
    site.answers["/draft"] = lambda asked: as_json({"id": "d1", "saved_at": next(times)})
    for minute in ("42", "43", "44"):
        page.locator("textarea").press_sequentially("Hello ")
        expect(page.locator("[data-status]")).to_have_text(f"Saved 10:{minute}")
    assert page.evaluate("() => said") == ["Saved 10:42"]


def test_a_draft_is_asked_for_only_when_the_form_is_in_sight(site: Site, page: Page) -> None:
    site.answers["/draft"] = lambda asked: as_json(
        {"id": "d9", "saved_at": SAVED, "fields": {"body": "Kept"}}
    )
    long = "<ol>" + "<li>a reply</li>" * 200 + "</ol>"
    page.goto(site.page("/write", long + composer(attributes="")))
    page.locator("[data-toolbar]").wait_for()
    page.wait_for_load_state("networkidle")
    assert site.to("/draft") == []
    page.locator("[data-publish]").scroll_into_view_if_needed()
    expect(page.locator("textarea")).to_have_value("Kept")
