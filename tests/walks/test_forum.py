"""Walks through the forum: a question answered, a brainstorm to its retained idea, a text that changes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage
from tests.walks.hands import answer, box, heading, more, open_question

pytestmark = pytest.mark.browser

QUESTION = "Quel gabarit pour le contrôle des charnières"


def test_open_a_question_answer_it_from_another_account_and_accept(stage: Stage):
    asker, colleague = stage.browser_of("author"), stage.browser_of("member")
    open_question(asker, stage.site / stage.cast.open.url, QUESTION, "Le nôtre est usé depuis l'été.")

    colleague.goto(stage.site / stage.cast.open.url)
    colleague.get_by_role("link", name=QUESTION).first.click()
    answer(colleague, "Prenez le gabarit bleu, au magasin de Lyon.")
    answer(colleague, "Il y en a trois.")
    expect(colleague.get_by_role("button", name="Retenir cette réponse")).to_have_count(0)
    stage.work()

    asker.goto(stage.site / "notifications/")
    asker.locator("main").get_by_role("link", name=re.compile("Malik Membre|gabarit")).first.click()
    expect(heading(asker, QUESTION)).to_be_visible()
    said = asker.locator("#replies .reply", has_text="gabarit bleu")
    said.get_by_role("button", name="Retenir cette réponse").click()
    expect(asker.get_by_role("region", name="Réponse retenue")).to_contain_text("Prenez le gabarit bleu")
    stage.work()

    colleague.goto(stage.site / "notifications/")
    expect(colleague.locator("main")).to_contain_text("Aude Auteur")
    expect(colleague.locator("main")).to_contain_text(QUESTION)
    colleague.locator("main").get_by_role("link", name=re.compile("Aude Auteur|gabarit")).first.click()
    accepted = colleague.get_by_role("region", name="Réponse retenue")
    expect(accepted).to_contain_text("Prenez le gabarit bleu")
    # Under the question, above the replies.
    assert accepted.bounding_box()["y"] < colleague.locator("#replies").bounding_box()["y"]  # type: ignore[index]


def test_run_a_brainstorm_to_a_retained_idea(stage: Stage):
    author, member, host = (stage.browser_of(name) for name in ("author", "member", "host"))
    title = "Mieux accueillir les nouveaux"
    open_question(
        author, stage.site / stage.cast.open.url, title, "Que faire le premier jour ?", kind="remue-méninges"
    )
    address = author.url
    for page, idea in ((author, "Un parrain par nouveau"), (member, "Un déjeuner d'équipe")):
        page.goto(address)
        form = page.locator("#add-part")
        form.get_by_role("textbox", name="Titre").fill(idea)
        form.get_by_role("button", name="Ajouter l’idée").click()
        expect(page.locator("article.idea", has_text=idea)).to_be_visible()

    def give(page, idea: str, points: int) -> None:
        page.goto(address)
        card = page.locator("article.idea", has_text=idea)
        for _point in range(points):
            with page.expect_response("**/points/**"):
                card.get_by_role("button", name="Donner un point").click()
        expect(card.locator("[data-own]")).to_have_text(str(points))

    give(author, "Un déjeuner d'équipe", 1)
    give(member, "Un parrain par nouveau", 3)
    give(host, "Un parrain par nouveau", 2)
    host.reload()
    expect(host.locator("article.idea", has_text="Un parrain").locator("[data-total]")).to_have_text("5")

    host.get_by_role("link", name="Un parrain par nouveau").first.click()
    host.get_by_role("link", name="Retenir cette idée").first.click()
    host.get_by_label("Pourquoi celle-ci").fill("Simple, et trois équipes sont prêtes.")
    host.get_by_role("button", name="Retenir", exact=True).click()
    stage.work()

    member.goto(address)
    retained = member.get_by_role("region", name="Idée retenue")
    expect(retained).to_contain_text("Un parrain par nouveau")
    expect(retained).to_contain_text("Simple, et trois équipes sont prêtes.")
    author.goto(stage.site / "notifications/")
    expect(author.locator("main")).to_contain_text("Un parrain par nouveau")


def test_edit_and_see_the_history(stage: Stage):
    author, reader = stage.browser_of("author"), stage.browser_of("member")
    open_question(author, stage.site / stage.cast.open.url, QUESTION, "Le nôtre est usé.")
    address = author.url
    more(author)
    author.get_by_role("link", name="Modifier", exact=True).click()
    box(author, "Votre texte").fill("Le nôtre est cassé depuis hier.")
    author.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(author.locator("main article .prose").first).to_have_text("Le nôtre est cassé depuis hier.")

    reader.goto(address)
    more(reader)
    reader.get_by_role("link", name="Ce qu’il disait avant").click()
    expect(heading(reader, "Ce qu’il disait avant")).to_be_visible()
    expect(reader.locator("del").first).to_contain_text("usé")
    expect(reader.locator("ins").first).to_contain_text("cassé")
    expect(reader.locator(".history-step")).to_have_count(2)
