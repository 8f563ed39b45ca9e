"""The menu of the search box: opened by keys and presses anywhere, walked by arrows, no letter lost, gone without trace."""

from __future__ import annotations

from html import escape

from playwright.sync_api import Page, expect

from parvis.web.tests.js.tiny_site import Answer, Asked, Site, as_html

BAR = (
    '<header class="topbar"><form action="/search/"><input type="search" name="q" aria-label="Bar" data-search></form>'
    '<a href="/search/" data-find>Find</a></header><main><a href="#a">First</a></main><x-keys></x-keys>'
)


def listed(asked: Asked) -> str:
    words = escape(asked.query.get("q", ""))
    return "".join(
        f'<a role="option" id="o{number}" aria-selected="false" tabindex="-1" href="/published?{number}">{words or "any"} {number}</a>'
        for number in (1, 2)
    )


def menu(asked: Asked) -> Answer:
    return as_html(
        '<link rel="stylesheet" href="/finder.css"><dialog class="finder" aria-label="Search"><form action="/search/">'
        '<input name="q" role="combobox" aria-label="Words" aria-expanded="true" aria-controls="l" aria-autocomplete="list">'
        '<button type="button">Close</button></form>'
        f'<div role="listbox" id="l" aria-label="Suggestions">{listed(asked)}</div></dialog>'
    )


def opened(site: Site, page: Page, key: str = "/") -> None:
    site.answers |= {
        "/search/menu/": menu,
        "/search/suggest/": lambda asked: as_html(listed(asked)),
        "/finder.css": lambda asked: (200, "text/css", b".finder{padding:0}"),
        "/search/": lambda asked: as_html(f"<title>Found</title><p>{escape(asked.query.get('q', ''))}"),
    }
    page.goto(site.page("/", BAR, body_attributes='data-finder="/finder.js" data-place="quays"'))
    page.keyboard.press(key)
    expect(page.get_by_role("combobox")).to_be_focused()


def test_nothing_is_fetched_before_it_is_asked_for(site: Site, page: Page) -> None:
    opened(site, page, "Control+k")
    assert len(site.to("/finder.js")) == len(site.to("/search/menu/")) == 1
    assert site.to("/search/menu/")[0].query["space"] == "quays"
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    assert len(site.to("/search/menu/")) == 1


def test_what_is_typed_before_it_came_is_taken_over(site: Site, page: Page) -> None:
    site.answers["/search/menu/"] = menu
    page.goto(site.page("/", BAR, body_attributes='data-finder="/late.js"'))
    script = site.answers["/finder.js"]
    page.get_by_role("searchbox").click()
    page.keyboard.type("lamp")
    expect(page.get_by_role("searchbox")).to_have_value("lamp")
    site.answers |= {
        "/finder.css": lambda asked: (200, "text/css", b""),
        "/search/suggest/": lambda asked: as_html(listed(asked)),
    }
    page.evaluate("parvis.fetchScript('/finder.js')")
    assert script
    expect(page.get_by_role("combobox")).to_have_value("lamp")
    expect(page.get_by_role("option").first).to_have_text("lamp 1")


def test_arrows_walk_and_enter_opens_while_the_words_stay_focused(site: Site, page: Page) -> None:
    opened(site, page)
    field = page.get_by_role("combobox")
    page.keyboard.type("tea")
    expect(page.get_by_role("option").first).to_have_text("tea 1")
    expect(field).not_to_have_attribute("aria-activedescendant", "o1")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "o1")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-activedescendant", "o2")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/published?2")


def test_enter_without_a_choice_searches_everything(site: Site, page: Page) -> None:
    opened(site, page)
    page.keyboard.type("tea & milk")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=tea+%26+milk")


def test_escape_closes_and_gives_the_focus_back(site: Site, page: Page) -> None:
    opened(site, page)
    page.keyboard.type("tea")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_only_the_last_answer_is_shown(site: Site, page: Page) -> None:
    opened(site, page)
    page.route(
        "**/search/suggest/?q=t*",
        lambda route: route.abort() if route.request.url.endswith("q=t") else route.continue_(),
    )
    page.keyboard.type("t")
    page.keyboard.type("ea")
    expect(page.get_by_role("option").first).to_have_text("tea 1")


def test_where_it_cannot_be_had_the_page_of_search_is_one_press_away(site: Site, page: Page) -> None:
    site.answers["/search/menu/"] = lambda asked: as_html("gone", 500)
    site.answers["/search/"] = lambda asked: as_html("<title>Found</title>")
    page.goto(
        site.page("/", "<a href='/search/' data-find>Find</a>", body_attributes='data-finder="/finder.js"')
    )
    page.get_by_role("link", name="Find").click()
    page.wait_for_url("**/search/")


def test_without_its_sheet_it_is_not_shown_and_the_box_searches(site: Site, page: Page) -> None:
    site.answers |= {
        "/search/menu/": menu,
        "/finder.css": lambda asked: (404, "text/plain", b""),
        "/search/": lambda asked: as_html("<title>Found</title>"),
    }
    page.goto(site.page("/", BAR, body_attributes='data-finder="/finder.js"'))
    with page.expect_response("**/finder.css"):
        page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("tea")
    expect(page.get_by_role("dialog")).to_have_count(0)
