"""Coming back, in French: read is what was shown, what changed, a reminder, catching up; by mouse, then by keyboard alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from parvis.kernel import clock
from parvis.testing.walking import Stage
from tests.walks.hands import answer, heading, open_question, tab_to

pytestmark = pytest.mark.browser

TITLE = "Quel vernis pour les lampes du hall"


def conversation(stage: Stage) -> tuple[Page, str]:
    """The author asks, the member answers: the address of the question, and the author's page."""
    asker, helper = stage.browser_of("author"), stage.browser_of("member")
    open_question(asker, stage.site / stage.cast.open.url, TITLE, "Celui d’hiver a jauni.")
    address = asker.url
    helper.goto(address)
    answer(helper, "Un vernis à l’eau, deux couches.")
    stage.work()
    return asker, address


def test_what_was_in_view_for_some_seconds_is_read(stage: Stage) -> None:
    reader = stage.browser_of("cohost")
    _asker, address = conversation(stage)
    with reader.expect_response(re.compile(r"/go/\w+/read/$")) as told:
        reader.goto(address)
    assert told.value.status == 200
    stage.browser_of("member").goto(address)
    answer(stage.browser_of("member"), "Et poncer entre les deux.")
    reader.goto(address)
    expect(reader.locator("#new")).to_contain_text("1 nouvelle réponse")
    expect(reader.locator("[data-new]")).to_contain_text("Et poncer entre les deux.")


def test_what_changed_is_gathered_and_caught_up_with(stage: Stage) -> None:
    _asker, _address = conversation(stage)
    reader = stage.browser_of("cohost")
    reader.goto(stage.site / "since/")
    expect(heading(reader, "Ce qui a changé")).to_be_visible()
    expect(reader.locator("main")).to_contain_text(TITLE)
    reader.goto(stage.site / "since/catch-up/")
    expect(reader.locator("main")).to_contain_text("1 réponse")
    reader.get_by_role("button", name="Marquer le reste comme lu").click()
    expect(reader.locator(".toast")).to_contain_text("comme lu")
    reader.locator(".toast").get_by_role("button", name="Annuler").click()
    expect(reader.locator(".toast")).to_contain_text("de nouveau non lus")


def test_a_reminder_is_chosen_changed_and_removed(stage: Stage) -> None:
    asker, address = conversation(stage)
    asker.goto(re.sub(r"/\w+/(\w{13})/.*", r"/go/\1/remind/", address))
    asker.get_by_role("button", name="Demain matin").click()
    line = asker.locator(".saved-day").first
    expect(line).to_contain_text("Rappel le")
    line.get_by_role("link", name="Changer le jour").click()
    asker.get_by_label("Un autre jour").fill((clock.today() + timedelta(days=20)).isoformat())
    asker.get_by_role("button", name="Me le rappeler", exact=True).click()
    expect(line).to_contain_text("Rappel le")
    line.get_by_role("link").click()
    asker.get_by_role("button", name="Plus de rappel").click()
    expect(asker.locator(".saved-day").first).to_have_text(re.compile("Me le rappeler un jour donné"))


def test_the_same_by_keyboard_alone(stage: Stage) -> None:
    asker, address = conversation(stage)
    asker.goto(re.sub(r"/\w+/(\w{13})/.*", r"/go/\1/remind/", address))
    tab_to(asker, asker.get_by_role("button", name="Lundi prochain"))
    asker.keyboard.press("Enter")
    expect(asker.locator(".saved-day").first).to_contain_text("Rappel le")
    reader = stage.browser_of("cohost")
    reader.goto(stage.site / "since/catch-up/")
    tab_to(reader, reader.get_by_role("button", name="Marquer le reste comme lu"))
    reader.keyboard.press("Enter")
    expect(reader.locator(".toast")).to_contain_text("comme lu")


def test_its_pages_have_no_barrier(stage: Stage, axe) -> None:
    asker, address = conversation(stage)
    for path in ("since/", "since/catch-up/", "saved/"):
        asker.goto(stage.site / path)
        axe(asker)
    asker.goto(re.sub(r"/\w+/(\w{13})/.*", r"/go/\1/remind/", address))
    axe(asker)
