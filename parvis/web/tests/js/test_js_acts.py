"""Buttons answered in place, in a real Chromium: reactions, points, any act, undo, settings."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parvis.web.tests.js.tiny_site import Site, as_html, as_json

pytestmark = pytest.mark.browser

ACT = '<form id="act" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="tok"></form>'
SIX = ("like", "bravo", "useful", "support", "curious", "smile")
PANEL = (
    '<div id="reaction-panel" popover role="group" aria-label="Reactions">'
    + "".join(
        f'<button form="act" name="reaction" value="{kind}"><svg id="s-{kind}"></svg>{kind}</button>'
        for kind in SIX
    )
    + "</div>"
)


def button(own: str = "", count: int = 0, url: str = "/react/1") -> str:
    inside = f"<span data-count>{count}</span>" if count else '<span class="entry-act-word">like</span>'
    return (
        f'<button form="act" formaction="{url}" name="reaction" value="{own or "like"}" data-react '
        f'aria-pressed="{"true" if own else "false"}">{inside}</button>'
    )


def test_a_reaction_shows_at_once_and_is_taken_back(site: Site, page: Page) -> None:
    site.answers["/react/1"] = lambda asked: as_json({})
    page.goto(site.page("/", ACT + PANEL + button(count=2)))
    like = page.locator("[data-react]")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like.locator("[data-count]")).to_have_text("3")
    expect(like).to_have_attribute("aria-busy", "false")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(like.locator("[data-count]")).to_have_text("2")
    sent = site.to("/react/1")
    assert [(one.value("reaction"), one.value("csrfmiddlewaretoken")) for one in sent] == [
        ("like", "tok")
    ] * 2
    assert page.url == site.url + "/"


def test_the_servers_counts_win(site: Site, page: Page) -> None:
    site.answers["/react/1"] = lambda asked: as_json({"own": "like", "counts": {"like": 8, "bravo": 1}})
    page.goto(site.page("/", ACT + PANEL + button()))
    page.locator("[data-react]").click()
    expect(page.locator("[data-count]")).to_have_text("9")


def test_a_refused_reaction_goes_back_and_says_why(site: Site, page: Page) -> None:
    site.answers["/react/1"] = lambda asked: as_json({"error": "This topic is closed."}, 403)
    page.goto(site.page("/", ACT + PANEL + button()))
    page.locator("[data-react]").click()
    expect(page.locator(".toast")).to_contain_text("This topic is closed.")
    expect(page.locator("[data-react]")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-count]")).to_have_count(0)


def test_the_six_open_from_the_keyboard(site: Site, page: Page) -> None:
    site.answers["/react/1"] = lambda asked: as_json({})
    page.goto(site.page("/", ACT + PANEL + button()))
    page.locator("[data-react]").focus()
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#reaction-panel [value=like]")).to_be_focused()
    page.locator("#reaction-panel [value=useful]").focus()
    page.keyboard.press("Enter")
    chosen = page.locator("[data-react]")
    expect(chosen).to_have_attribute("value", "useful")
    expect(chosen).to_contain_text("useful")
    expect(chosen).to_be_focused()
    expect(page.locator("#reaction-panel")).to_be_hidden()
    expect(chosen).to_have_attribute("aria-busy", "false")
    assert site.to("/react/1")[0].value("reaction") == "useful"


def test_the_six_open_when_the_button_is_held(site: Site, page: Page) -> None:
    site.answers["/react/1"] = lambda asked: as_json({})
    page.goto(site.page("/", ACT + PANEL + button()))
    page.locator("[data-react]").hover()
    page.mouse.down()
    expect(page.locator("#reaction-panel")).to_be_visible()
    page.mouse.up()
    assert site.to("/react/1") == []
    page.locator("#reaction-panel [value=bravo]").click()
    expect(page.locator("[data-react]")).to_have_attribute("value", "bravo")


def test_a_row_holds_one_reaction(site: Site, page: Page) -> None:
    row = "".join(
        f'<button class="reaction" form="act" formaction="/react/1" name="reaction" value="{kind}" '
        f'aria-pressed="{"true" if kind == "like" else "false"}">{kind}{"<strong>1</strong>" if kind == "like" else ""}</button>'
        for kind in SIX
    )
    site.answers["/react/1"] = lambda asked: as_html("<p>a page of a plain view</p>")
    page.goto(site.page("/", f'{ACT}<div class="reactions">{row}</div>'))
    page.locator("[value=bravo]").click()
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    expect(page.locator("[value=bravo]")).to_have_text("bravo1")
    expect(page.locator("[value=like]")).to_have_text("like")


def test_without_scripts_a_reaction_is_a_plain_post(site: Site, browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    site.answers["/react/1"] = lambda asked: as_html("done")
    plain.goto(site.page("/", ACT + button()))
    plain.locator("[data-react]").click()
    plain.wait_for_url("**/react/1")
    assert site.to("/react/1")[0].value("reaction") == "like"
    context.close()


VOTE = """<p>You have <b data-left="ideas">2</b> points</p>
<x-vote data-budget="ideas"><button form="act" formaction="/less" data-less>Take back</button>
<output data-total>5</output> (<span data-own>0</span> yours) <button form="act" formaction="/more" data-more>Give</button></x-vote>"""


def test_points_move_at_once_within_the_budget(site: Site, page: Page) -> None:
    site.answers["/more"] = site.answers["/less"] = lambda asked: as_json({})
    page.goto(site.page("/", ACT + VOTE))
    more, less = page.get_by_role("button", name="Give"), page.get_by_role("button", name="Take back")
    expect(less).to_have_attribute("aria-disabled", "true")
    more.click()
    more.click()
    expect(page.locator("[data-total]")).to_have_text("7")
    expect(page.locator("[data-left]")).to_have_text("0")
    expect(more).to_have_attribute("aria-disabled", "true")
    expect(more).to_be_focused()
    more.click(force=True)
    expect(page.locator("[data-own]")).to_have_text("2")
    less.click()
    expect(page.locator("[data-left]")).to_have_text("1")
    page.wait_for_load_state("networkidle")
    assert (len(site.to("/more")), len(site.to("/less"))) == (2, 1)


def test_a_refused_point_is_given_back(site: Site, page: Page) -> None:
    site.answers["/more"] = lambda asked: as_json({"error": "Voting is closed."}, 403)
    page.goto(site.page("/", ACT + VOTE))
    page.get_by_role("button", name="Give").click()
    expect(page.locator(".toast")).to_contain_text("Voting is closed.")
    expect(page.locator("[data-total]")).to_have_text("5")
    expect(page.locator("[data-left]")).to_have_text("2")


def test_an_act_redraws_only_its_part_and_keeps_the_focus(site: Site, page: Page) -> None:
    def part(word: str) -> str:
        return f'<div id="part"><button form="act" formaction="/follow" data-here>{word}</button></div>'

    site.answers["/follow"] = lambda asked: as_html(
        f"<!doctype html><title>t</title><p>all</p>{part('Following')}"
    )
    page.goto(site.page("/", f'{ACT}<input aria-label="typed">{part("Follow")}'))
    page.get_by_label("typed").fill("kept")
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text("Following")
    expect(page.get_by_role("button")).to_be_focused()
    expect(page.get_by_label("typed")).to_have_value("kept")


def test_a_message_with_undo_posts_the_undoing(site: Site, page: Page) -> None:
    site.answers["/undo/1"] = lambda asked: as_html("<title>undone</title>")
    page.goto(site.page("/", ACT))
    page.evaluate(
        "() => document.body.dispatchEvent(new CustomEvent('toast', { bubbles: true,"
        " detail: { text: 'Reply deleted', undo: '/undo/1', label: 'Undo' } }))"
    )
    expect(page.get_by_role("status")).to_contain_text("Reply deleted")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/undo/1")
    assert site.to("/undo/1")[0].value("csrfmiddlewaretoken") == "tok"


def test_a_message_can_be_closed(site: Site, page: Page) -> None:
    page.goto(
        site.page(
            "/",
            f'{ACT}<div data-toasts><div class="toast">Saved <button type="button" data-close>Close</button></div></div>',
        )
    )
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".toast")).to_have_count(0)
