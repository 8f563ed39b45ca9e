"""Finding again: by mouse on a wide screen, by keyboard alone, on a phone; a search kept that tells of what is new."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from parvis.testing.walking import Stage
from tests.walks.hands import answer, heading, open_question, tab_to

pytestmark = pytest.mark.browser

TITLE = "Que mettre sur le toit"


def opened(page: Page) -> None:
    expect(page.get_by_role("combobox", name="Rechercher, ou aller à")).to_be_focused()


def ask_and_answer(stage: Stage) -> Page:
    """A question whose answer holds the word looked for."""
    author, host = stage.browser_of("author"), stage.browser_of("host")
    open_question(
        author, stage.site / stage.cast.open.url, TITLE, "Le vent tourne, et nous n'en savons rien."
    )
    host.goto(author.url)
    answer(host, "Une girouette, comme celle de mon grand-père.")
    return author


def test_by_mouse_from_the_box_to_the_answer_that_holds_the_word(stage: Stage):
    ask_and_answer(stage)
    page = stage.browser_of("member")
    page.goto(stage.site / "communities/")
    page.locator(".topbar").get_by_role("searchbox", name="Rechercher").click()
    opened(page)
    page.keyboard.type("girouettes")
    page.get_by_role("option", name="Tout rechercher").click()
    page.wait_for_url("**/search/?q=girouettes")
    found = page.locator(".hit", has_text=TITLE)
    expect(found.locator("mark")).to_have_text("girouette")
    found.get_by_role("link", name=re.compile("de Hélène")).click()
    heading(page, TITLE).wait_for()
    target = page.locator(".reply.is-target")
    expect(target.locator("mark")).to_have_text("girouette")
    expect(target).to_be_in_viewport()

    # Narrowed, widened again, kept.
    page.go_back()
    page.locator("#refine").get_by_role("link", name=re.compile("^Hélène")).or_(
        page.get_by_role("link", name=re.compile("1 contribution"))
    ).first.click()
    chip = page.get_by_role("list", name="Filtres").get_by_role("link", name=re.compile("Écrit par"))
    chip.click()
    expect(page.get_by_role("list", name="Filtres")).to_have_count(0)
    page.locator("summary", has_text="Enregistrer cette recherche").click()
    page.get_by_label("Nom", exact=True).fill("Girouettes")
    page.get_by_role("button", name="Enregistrer cette recherche").click()
    expect(page.locator(".toast").first).to_contain_text("Enregistrée")

    # News: told once, cleared by reading.
    author = stage.browser_of("author")
    open_question(
        author,
        stage.site / stage.cast.open.url,
        "Une girouette neuve",
        "Elle est arrivée ce matin.",
        kind="sujet",
    )
    stage.begin("search.tell")
    page.goto(stage.site / "notifications/")
    line = page.locator(".bell .row", has_text="Une girouette neuve")
    expect(line).to_contain_text("Du nouveau pour une recherche que vous avez enregistrée")
    line.get_by_role("link").first.click()
    heading(page, "Une girouette neuve").wait_for()
    page.goto(stage.site / "notifications/?show=unseen")
    expect(page.locator("main")).not_to_contain_text("Une girouette neuve")


def test_by_keyboard_alone(stage: Stage):
    page = stage.browser_of("member")
    page.goto(stage.site / "people/")
    page.keyboard.press("Control+k")
    opened(page)
    page.keyboard.type(stage.cast.secret.name[:5])
    option = page.get_by_role("option", name=re.compile(stage.cast.secret.name)).first
    option.wait_for()
    for _step in range(12):
        if option.get_attribute("aria-selected") == "true":
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{stage.cast.secret.url}")

    # Acts: something to write here, by its name.
    page.keyboard.press("/")
    opened(page)
    page.keyboard.type("> question")
    expect(page.locator("[aria-selected=true]")).to_contain_text("Question")
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/**")

    # Nothing is found: the words go on into a question to everybody.
    page.goto(stage.site / "communities/")
    page.keyboard.press("/")
    opened(page)
    page.keyboard.type("zzqzz")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=zzqzz")
    tab_to(page, page.get_by_role("link", name="Poser la question"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/publish/**")
    expect(page.get_by_role("textbox", name="Titre", exact=True)).to_have_value("zzqzz")

    page.keyboard.press("Control+k")
    page.goto(stage.site / "search/saved/")
    heading(page, "Recherches enregistrées").wait_for()


def test_on_a_phone_the_menu_is_the_whole_screen_and_closes(stage: Stage):
    ask_and_answer(stage)
    page = stage.browser_of("member", viewport={"width": 360, "height": 760})
    page.goto(stage.site / "communities/")
    page.locator(".topbar").get_by_role("link", name="Rechercher").click()
    opened(page)
    dialog = page.get_by_role("dialog", name="Rechercher, ou aller à")
    box = dialog.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    page.get_by_role("button", name="Fermer").click()
    expect(dialog).to_have_count(0)
    page.goto(stage.site / "search/?q=toit")
    page.locator(".hit", has_text=TITLE).wait_for()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


def test_without_script_the_box_is_a_plain_form(stage: Stage):
    ask_and_answer(stage)
    page = stage.browser_of("member", java_script_enabled=False)
    page.goto(stage.site / "communities/")
    field = page.locator(".topbar").get_by_role("searchbox", name="Rechercher")
    field.fill("girouette")
    field.press("Enter")
    page.wait_for_url("**/search/?q=girouette")
    page.locator(".hit-reply a").first.click()
    expect(page.locator(".reply.is-target mark").first).to_have_text("girouette")
