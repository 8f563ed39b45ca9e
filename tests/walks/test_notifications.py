"""The bell in French: told once, answered from the list, cleared everywhere; its rules said in a sentence; a thread gone
quiet and back; by mouse, then by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage
from tests.walks.hands import answer, box, choose_kind, choose_place, heading, leave, open_question, tab_to

pytestmark = pytest.mark.browser

TITLE = "Où ranger les gabarits de perçage"


def test_a_notice_is_answered_from_the_list_and_clears(stage: Stage):
    asker, helper = stage.browser_of("author"), stage.browser_of("member")
    open_question(asker, stage.site / stage.cast.open.url, TITLE, "Ils traînent sur les établis.")
    address = leave(asker)
    helper.goto(address)
    answer(helper, "Sur le panneau du fond, à hauteur d’yeux.")
    stage.work()

    asker.goto(stage.site / "notifications/")
    line = asker.locator(".bell .row", has_text=TITLE)
    expect(line).to_contain_text("Malik Membre vous a répondu")
    expect(line).to_have_class(re.compile("is-unread"))
    line.get_by_role("link", name="Répondre").click()
    box(asker, "Votre réponse").fill("Merci, c’est fait.")
    asker.locator(".bell-answer").get_by_role("button", name="Répondre", exact=True).click()
    expect(asker.locator(".toast").first).to_be_visible()
    expect(heading(asker, "Notifications")).to_be_visible()
    expect(asker.locator(".bell .row", has_text=TITLE)).not_to_have_class(re.compile("is-unread"))
    helper.goto(address)
    expect(helper.locator("#replies")).to_contain_text("Merci, c’est fait.")


def test_all_seen_is_taken_back_with_one_tap(stage: Stage):
    asker, helper = stage.browser_of("author"), stage.browser_of("member")
    open_question(asker, stage.site / stage.cast.open.url, "Qui a le badge du parking", "Le mien est usé.")
    helper.goto(leave(asker))
    answer(helper, "À l’accueil, tiroir de gauche.")
    stage.work()

    asker.goto(stage.site / "notifications/")
    asker.get_by_role("link", name=re.compile("Pour vous")).click()
    asker.get_by_role("button", name="Marquer ceux-ci comme vus").click()
    expect(asker.locator(".bell .row.is-unread")).to_have_count(0)
    asker.locator(".toast").get_by_role("button", name="Annuler").click()
    expect(asker.locator(".bell .row.is-unread").first).to_be_visible()


def test_the_rules_say_what_will_happen_and_the_composer_whom_it_reaches(stage: Stage):
    reader, author = stage.browser_of("member"), stage.browser_of("author")
    place = stage.cast.open.name
    reader.goto(stage.site / "settings/notifications/")
    said = reader.get_by_role("region", name="Ce qui va se passer")
    expect(said).to_contain_text("La cloche sonne pour tout ce qui vous est dit")
    reader.get_by_role("checkbox", name=re.compile("^Mercis")).uncheck()
    reader.locator(".rule-places").first.get_by_label(place, exact=True).select_option(
        label="Toutes les nouveautés"
    )
    reader.get_by_role("button", name="Enregistrer", exact=True).first.click()
    expect(said).to_contain_text("sauf : Mercis et partages")
    expect(said).to_contain_text(f"On vous prévient de chaque nouveauté dans {place}")

    author.goto(stage.site / "publish/")
    choose_kind(author, "mot")
    choose_place(author, place)
    expect(author.locator("[data-audience]")).to_contain_text("1 personne sera prévenue aussitôt")
    box(author, "Votre texte").fill("Le stock de vis est arrivé.")
    author.locator("main").get_by_role("button", name="Publier", exact=True).click()
    expect(author.locator("main")).to_contain_text("Le stock de vis est arrivé.")
    stage.work()
    reader.goto(stage.site / "notifications/?level=places")
    expect(reader.locator(".bell")).to_contain_text("Aude Auteur a publié quelque chose")


def test_a_thread_goes_quiet_and_comes_back_by_keyboard(stage: Stage):
    asker, helper = stage.browser_of("author"), stage.browser_of("member")
    open_question(
        asker, stage.site / stage.cast.open.url, "Quel café pour l’atelier", "Le nôtre est trop fort."
    )
    address = leave(asker)
    helper.goto(address)
    for words in ("Le doux.", "Ou du thé.", "Ou rien.", "Ou les deux.", "Votons."):
        answer(helper, words)
    stage.work()

    asker.goto(stage.site / "notifications/")
    expect(asker.locator(".bell")).to_contain_text("Ce fil s’est tu")
    asker.goto(address)
    button = asker.get_by_role("button", name="Me prévenir à nouveau").first
    tab_to(asker, button)
    asker.keyboard.press("Enter")
    expect(asker.locator(".toast").first).to_be_visible()
    expect(asker.locator("main")).not_to_contain_text("Ce fil s’est tu")


def test_the_bell_by_keyboard_alone(stage: Stage):
    asker, helper = stage.browser_of("author"), stage.browser_of("member")
    open_question(asker, stage.site / stage.cast.open.url, "Qui ferme le portail ce soir", "Je pars tôt.")
    address = leave(asker)
    helper.goto(address)
    answer(helper, "Moi, vers vingt heures.")
    stage.work()

    asker.goto(stage.site / "notifications/")
    kinds = asker.locator(".bell-kinds > summary")
    tab_to(asker, kinds)
    asker.keyboard.press("Enter")
    tab_to(asker, asker.get_by_role("link", name=re.compile("^Réponses \\d")))
    asker.keyboard.press("Enter")
    asker.wait_for_url("**kind=reply**")
    line = asker.locator(".bell .row", has_text="Qui ferme le portail")
    tab_to(asker, line.get_by_role("link", name="Répondre"))
    asker.keyboard.press("Enter")
    asker.wait_for_url("**answer=**")
    tab_to(asker, box(asker, "Votre réponse"))
    asker.keyboard.type("Merci à vous.")
    asker.keyboard.press("Control+Enter")
    expect(asker.locator(".toast").first).to_be_visible()
    helper.goto(address)
    expect(helper.locator("#replies")).to_contain_text("Merci à vous.")

    asker.goto(stage.site / "settings/notifications/")
    thanks = asker.get_by_role("checkbox", name=re.compile("^Mercis"))
    tab_to(asker, thanks)
    asker.keyboard.press("Space")
    save = asker.get_by_role("button", name="Enregistrer", exact=True).first
    tab_to(asker, save)
    asker.keyboard.press("Enter")
    expect(asker.get_by_role("region", name="Ce qui va se passer")).to_contain_text("Mercis et partages")
