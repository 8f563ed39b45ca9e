"""A page begun from a model, written by two who cross, compared, brought back, moved and downloaded; by plain forms."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from parvis.testing.walking import Stage
from tests.walks.hands import box, heading, open_question, tab_to

pytestmark = pytest.mark.browser


def save(page: Page) -> None:
    page.locator("main").get_by_role("button", name="Enregistrer", exact=True).click()


def test_a_page_written_by_two_without_a_script(stage: Stage):
    author = stage.browser_of("author", java_script_enabled=False)
    member = stage.browser_of("member", java_script_enabled=False)
    base = stage.site / f"{stage.cast.on_request.url}pages/"

    # Begun from a model, by keyboard.
    author.goto(base)
    tab_to(author, author.get_by_role("link", name="Écrire la première"))
    author.keyboard.press("Enter")
    tab_to(author, author.get_by_role("link", name=re.compile("^Mode d'emploi")))
    author.keyboard.press("Enter")
    expect(box(author, "Votre texte")).to_have_value(re.compile("Pas à pas"))
    box(author, "Titre").fill("Comment ouvrir le hall")
    box(author, "Votre texte").fill(
        "## Le matin\n\nOn ouvre à huit heures.\n\n## Le soir\n\nOn ferme à six heures."
    )
    author.locator("main").get_by_role("button", name="Publier", exact=True).click()
    heading(author, "Comment ouvrir le hall").wait_for()
    address = author.url

    # Both open it; each sees who writes; other lines are brought together without a word.
    author.get_by_role("link", name="Modifier", exact=True).click()
    member.goto(address)
    expect(member.get_by_text(re.compile("Aude Auteur écrit depuis"))).to_be_visible()
    member.get_by_role("link", name="Modifier", exact=True).click()
    box(member, "Votre texte").fill(
        "## Le matin\n\nOn ouvre à sept heures.\n\n## Le soir\n\nOn ferme à six heures."
    )
    member.get_by_label("Ce qui change").fill("L'heure d'été")
    save(member)
    heading(member, "Comment ouvrir le hall").wait_for()
    box(author, "Votre texte").fill(
        "## Le matin\n\nOn ouvre à huit heures et demie.\n\n## Le soir\n\nOn ferme à cinq heures."
    )
    save(author)

    # The same line: both texts, and the choice.
    heading(author, "Deux textes à réunir").wait_for()
    expect(author.get_by_text("On ouvre à sept heures.")).to_be_visible()
    author.get_by_role("radio", name=re.compile("^Celui de Malik Membre")).check()
    save(author)
    heading(author, "Comment ouvrir le hall").wait_for()
    expect(author.get_by_text("On ouvre à sept heures.")).to_be_visible()
    expect(author.get_by_text("On ferme à cinq heures.")).to_be_visible()

    # The history, by keyboard: what changed, and back again.
    tab_to(member, member.get_by_role("link", name="Historique", exact=True))
    member.keyboard.press("Enter")
    expect(member.get_by_text("L'heure d'été")).to_be_visible()
    member.get_by_role("link", name=re.compile("^la page commence")).click()
    tab_to(member, member.get_by_role("button", name="Reprendre cette version"))
    member.keyboard.press("Enter")
    heading(member, "Comment ouvrir le hall").wait_for()
    expect(member.get_by_text("On ouvre à huit heures.")).to_be_visible()

    with member.expect_download() as download:
        member.get_by_role("link", name="PDF", exact=True).click()
    assert download.value.suggested_filename == "comment-ouvrir-le-hall.pdf"


def test_a_page_is_put_under_another_and_a_question_becomes_one(stage: Stage):
    author = stage.browser_of("author")
    space = stage.cast.on_request
    base = stage.site / f"{space.url}pages/"
    for title in ("Accueil", "Le guichet"):
        author.goto(f"{base}new/")
        box(author, "Titre").fill(title)
        author.locator("main").get_by_role("button", name="Publier", exact=True).click()
        heading(author, title).wait_for()
    tab_to(author, author.get_by_role("link", name="Ailleurs…"))
    author.keyboard.press("Enter")
    author.get_by_role("radio", name="Accueil").check()
    author.get_by_role("button", name="La ranger là").click()
    heading(author, "Le guichet").wait_for()
    expect(author.get_by_role("navigation", name="Vous êtes ici")).to_contain_text("Accueil")

    open_question(author, stage.site / space.url, "Où ranger les clés ?", "Elles traînent.")
    author.get_by_role("link", name="Plus", exact=True).first.click()
    author.get_by_role("button", name="En faire une page").click()
    heading(author, "Où ranger les clés ?").wait_for()
    expect(author.get_by_role("heading", name="Sources")).to_be_visible()
    author.get_by_text("Elle vient de :").get_by_role("link").click()
    expect(author.get_by_text("C’est devenu une page :")).to_be_visible()
