"""The frame's behaviour, in a real Chromium: menus by keyboard, dialogs, the theme at once and filters."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.tiny_site import Site, as_html

pytestmark = pytest.mark.browser

MENU = """
<button popovertarget="m" aria-haspopup="true">Menu</button>
<div id="m" popover data-menu-panel role="group" aria-label="Menu">
  <a href="/one">One</a><button type="button">Two</button><button type="button">Three</button>
</div>"""
DIALOG = """
<a href="/plain" data-dialog="d">Open</a>
<dialog class="dialog" id="d" aria-labelledby="t"><h2 id="t">Title</h2><form method="dialog"><button>Close</button></form></dialog>"""
THEME = """
<form id="act" method="post" hidden><input type="hidden" name="csrfmiddlewaretoken" value="tok"></form>
<div><button form="act" formaction="/theme" name="theme" value="light" data-theme-choice aria-pressed="true">Light</button>
<button form="act" formaction="/theme" name="theme" value="dark" data-theme-choice aria-pressed="false">Dark</button></div>"""
FILTERS = """
<form method="get" action="/list" data-auto-submit><input type="search" name="q" value="">
<select name="site" aria-label="Site"><option value="">All</option><option value="l">Lyon</option></select></form>"""


def test_a_menu_is_walked_by_arrows_and_gives_the_focus_back(site: Site, page: Page) -> None:
    page.goto(site.page("/menu", MENU))
    page.get_by_role("button", name="Menu").press("Enter")
    expect(page.get_by_role("link", name="One")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Two")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Three")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="One")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    expect(page.locator("#m")).to_be_hidden()


def test_a_link_opens_its_dialog_instead_of_a_page(site: Site, page: Page) -> None:
    page.goto(site.page("/dialog", DIALOG))
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_role("dialog", name="Title")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Open")).to_be_focused()
    assert page.url.endswith("/dialog")


def test_the_theme_changes_at_once_and_is_kept(site: Site, page: Page) -> None:
    site.answers["/theme"] = lambda asked: as_html("kept")
    page.goto(site.page("/theme-page", THEME))
    with page.expect_request("**/theme") as sent:
        page.get_by_role("button", name="Dark").click()
    assert "theme=dark" in (sent.value.post_data or "")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "false")


def test_a_filter_is_sent_when_chosen_and_empty_ones_leave_the_address(site: Site, page: Page) -> None:
    site.answers["/list"] = lambda asked: as_html("<h1>found</h1>")
    page.goto(site.page("/filters", FILTERS))
    page.get_by_label("Site").select_option("l")
    page.wait_for_url("**/list?site=l")


def test_tabs_wider_than_the_screen_begin_at_the_current_one(site: Site, page: Page) -> None:
    tabs = "".join(
        f'<a class="tab" href="/{n}"{" aria-current=page" if n == 8 else ""}>A long tab {n}</a>'
        for n in range(9)
    )
    page.set_viewport_size({"width": 360, "height": 600})
    page.goto(site.page("/tabs", f'<nav class="tabs" aria-label="Here">{tabs}</nav>'))
    box = page.get_by_role("link", name="A long tab 8").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= 360 - box["width"]
    assert page.evaluate("scrollY") == 0
