"""A secret poll from creation to decision, by mouse and by keyboard; a poll inside a text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage
from parvis.tools.polls.tests.stage import vote_as_a_crowd
from tests.walks.hands import box, choose_kind, choose_place, heading, more, tab_to

pytestmark = pytest.mark.browser

QUESTION = "Faut-il garder la réunion du lundi ?"


def test_a_secret_poll_from_creation_to_decision(stage: Stage):
    author, member = stage.browser_of("author"), stage.browser_of("member")
    polls = stage.site / f"{stage.cast.on_request.url}polls/"
    author.goto(polls)
    author.get_by_role("link", name=re.compile("Demander à tous|Nouveau sondage")).first.click()
    box(author, "Titre").fill(QUESTION)
    author.get_by_label("Choix", exact=False).first.fill("Oui\nNon\nUne fois sur deux")
    author.get_by_role("radio", name=re.compile("^Vote secret")).check()
    author.locator("main").get_by_role("button", name="Publier", exact=True).click()
    heading(author, QUESTION).wait_for()
    expect(author.locator("main")).to_contain_text("Vote secret")

    # By keyboard alone: Tab to the choices, down to the second, Tab to the button, Enter.
    member.goto(author.url)
    expect(member.locator("main")).to_contain_text("Personne ne verra qui a choisi quoi")
    tab_to(member, member.get_by_role("radio", name="Oui", exact=True))
    member.keyboard.press("Space")
    member.keyboard.press("ArrowDown")
    tab_to(member, member.get_by_role("button", name="Voter", exact=True))
    member.keyboard.press("Enter")
    expect(member.locator(".poll-done")).to_contain_text("Vous avez voté")
    expect(member.get_by_role("button", name="Voter", exact=True)).to_have_count(0)
    expect(member.locator("main")).to_contain_text("une fois le sondage clos, à partir de cinq votes")

    vote_as_a_crowd(stage.cast.on_request, QUESTION, 0, 0, 1)

    more(author)
    author.get_by_role("link", name="Fermer le sondage").click()
    author.get_by_role("button", name="Le fermer maintenant").click()
    expect(author.get_by_role("table")).to_contain_text("Une fois sur deux")
    first = author.get_by_role("row").nth(1)
    expect(first).to_contain_text("5")
    author.get_by_role("link", name="Dire ce qui est décidé").click()
    author.get_by_label("Décision").fill("Une fois sur deux, dès janvier.")
    author.locator("main").get_by_role("button", name="Enregistrer").click()
    expect(author.locator(".outcome")).to_contain_text("dès janvier")
    stage.work()

    member.goto(stage.site / "notifications/")
    expect(member.locator("main")).to_contain_text("Un sondage que vous avez rempli ou suivez est clos")
    member.goto(polls + "?state=closed")
    member.get_by_role("link", name=QUESTION).click()
    expect(member.locator("main")).to_contain_text("Une fois sur deux, dès janvier.")


def test_a_poll_inside_a_note_is_voted_in_place(stage: Stage):
    author, member = stage.browser_of("author"), stage.browser_of("member")
    author.goto(stage.site / "publish/")
    choose_kind(author, "mot")
    choose_place(author, stage.cast.on_request.name)
    box(author, "Votre texte").fill("La salle du fond est libre le mercredi.")
    author.locator("main").get_by_role("button", name="Publier", exact=True).click()
    author.get_by_text("La salle du fond").first.wait_for()
    author.wait_for_url("**/notes/**")
    address = author.url
    more(author)
    author.get_by_role("link", name="Ajouter un sondage").click()
    author.get_by_label("Question").fill("Qui la voudrait ?")
    author.locator("main").get_by_role("button", name="Ajouter le sondage").click()
    expect(author.locator(".poll-inside")).to_contain_text("Qui la voudrait ?")

    member.goto(address)
    member.get_by_role("radio", name="Oui", exact=True).check()
    member.get_by_role("button", name="Voter", exact=True).click()
    expect(member.locator(".poll-inside")).to_contain_text("Vous avez voté")
    expect(member.locator(".poll-inside").get_by_role("table")).to_contain_text("100")
    assert member.url.startswith(address)
