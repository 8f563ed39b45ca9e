"""A date found together: moments proposed, answered by keyboard, one kept and made an event; a poll asked along with a note."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from parvis.kernel import clock
from parvis.testing.walking import Stage
from tests.walks.hands import box, choose_kind, choose_place, heading, more, tab_to

pytestmark = pytest.mark.browser

TITLE = "Bilan de l’atelier"
FIRST, SECOND = (clock.today() + timedelta(days=number) for number in (8, 10))


def answer_each(page: Page, *words: str) -> None:
    for number, word in enumerate(words):
        page.locator(".poll-each").nth(number).get_by_role("radio", name=word, exact=True).check()
    page.get_by_role("button", name="Voter", exact=True).click()
    expect(page.locator(".poll-done")).to_contain_text("Vous avez voté")


def test_a_date_is_found_together_and_becomes_an_event(stage: Stage):
    author, member = stage.browser_of("author"), stage.browser_of("member")
    space = stage.cast.on_request
    author.goto(stage.site / f"{space.url}calendar/")
    author.get_by_role("link", name="Trouver une date").click()
    author.get_by_label("De quoi s’agit-il").fill(TITLE)
    for number, day in ((1, FIRST), (2, SECOND)):
        line = author.get_by_role("group", name=f"Moment {number}")
        line.get_by_label("Jour", exact=True).fill(day.isoformat())
        line.get_by_label("De", exact=True).fill("09:00")
        line.get_by_label("À", exact=True).fill("10:30")
    author.get_by_label("Lieu", exact=False).first.fill("Salle du phare")
    author.locator("main").get_by_role("button", name="Demander à tous").click()
    heading(author, TITLE).wait_for()
    answer_each(author, "Si besoin", "Oui")
    address = author.url

    # By keyboard alone: from the calendar, where the moments stand as being asked, to three answers and the button.
    member.goto(stage.site / f"calendar/?view=list&on={FIRST}")
    expect(member.locator("main")).to_contain_text("(à choisir)")
    tab_to(member, member.get_by_role("link", name=re.compile(TITLE)).first)
    member.keyboard.press("Enter")
    heading(member, TITLE).wait_for()
    for number, steps in ((0, 2), (1, 0)):
        each = member.locator(".poll-each").nth(number)
        tab_to(member, each.get_by_role("radio", name="Oui", exact=True))
        member.keyboard.press("Space")
        for _step in range(steps):
            member.keyboard.press("ArrowDown")
    tab_to(member, member.get_by_role("button", name="Voter", exact=True))
    member.keyboard.press("Enter")
    expect(member.locator(".poll-done")).to_contain_text("Vous avez voté")
    grid = member.get_by_role("region", name="Qui peut, réponse par réponse")
    expect(grid.get_by_role("row").nth(1)).to_contain_text(stage.cast.member.name)
    expect(grid.locator("thead .is-first")).to_have_count(1)
    expect(member.get_by_text("Retenir l’un de ces moments")).to_have_count(0)

    author.goto(address)
    keep = author.get_by_role("button", name=re.compile("^Retenir")).nth(1)
    tab_to(author, keep)
    author.keyboard.press("Enter")
    author.wait_for_url("**/calendar/**")
    heading(author, TITLE).wait_for()
    expect(author.locator("main")).to_contain_text("Salle du phare")
    expect(author.locator("main")).to_contain_text("Viennent")
    stage.work()

    member.goto(stage.site / "notifications/")
    expect(member.locator("main")).to_contain_text("vous invite à un événement")
    member.goto(address)
    expect(member.locator(".outcome")).to_contain_text("Retenu")
    member.locator(".outcome").get_by_role("link").click()
    heading(member, TITLE).wait_for()
    expect(member.get_by_role("button", name="Je viens", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_poll_is_asked_along_with_a_note_and_waits_in_a_draft(stage: Stage):
    author, member = stage.browser_of("author"), stage.browser_of("member")
    author.goto(stage.site / "publish/")
    choose_kind(author, "mot")
    choose_place(author, stage.cast.on_request.name)
    box(author, "Votre texte").fill("La salle du haut est libre le jeudi.")
    summary = author.locator("summary", has_text="Ajouter un sondage")
    tab_to(author, summary)
    author.keyboard.press("Enter")
    author.keyboard.press("Tab")
    author.keyboard.type("Qui la voudrait ?")
    author.locator("#f-along_polls_choices").fill("Moi\nPersonne")
    author.get_by_text("Publier plus tard").click()
    author.get_by_role("button", name="Garder en brouillon").click()
    author.wait_for_url("**/notes/**")
    expect(author.locator(".poll-inside")).to_contain_text("Qui la voudrait ?")

    author.goto(stage.site / "drafts/")
    author.get_by_role("link", name=re.compile("La salle du haut")).click()
    question = author.get_by_label("Question", exact=False).first
    expect(question).to_have_value("Qui la voudrait ?")
    question.fill("Qui la prend ?")
    author.locator("main").get_by_role("button", name="Publier", exact=True).click()
    author.wait_for_url("**/notes/**")

    member.goto(author.url)
    member.get_by_role("radio", name="Moi", exact=True).check()
    member.get_by_role("button", name="Voter", exact=True).click()
    expect(member.locator(".poll-inside")).to_contain_text("Vous avez voté")
    more(author)
