"""The main journeys by keyboard alone: in, into a community, a question, a reply, the accepted answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from parvis.testing.walking import Stage
from tests.walks.hands import box, heading, tab_to

pytestmark = pytest.mark.browser


def enter_by_keyboard(stage: Stage, name: str) -> Page:
    """From the link in one's mail to the home page without a mouse."""
    page = stage.new_page()
    page.goto(stage.link(name))
    tab_to(page, page.locator("main form button").first)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    return page


def test_the_main_journeys_by_keyboard_alone(stage: Stage):
    asker = enter_by_keyboard(stage, "stranger")
    tab_to(asker, asker.get_by_role("link", name="Communautés").first)
    asker.keyboard.press("Enter")
    tab_to(asker, asker.locator("main").get_by_role("link", name="Qualité au quotidien").first)
    asker.keyboard.press("Enter")
    heading(asker, "Qualité au quotidien").wait_for()
    tab_to(asker, asker.get_by_role("button", name="Rejoindre").first)
    asker.keyboard.press("Enter")

    tab_to(asker, asker.get_by_role("link", name="Écrire", exact=True).first)
    asker.keyboard.press("Enter")
    asker.wait_for_url("**/publish/**")
    tab_to(asker, asker.locator("input[name=kind]:checked"))
    for _kind in range(8):
        if asker.locator("input[name=kind][value*=question]").is_checked():
            break
        asker.keyboard.press("ArrowRight")
    tab_to(asker, box(asker, "Titre"))
    asker.keyboard.type("Où commander des emballages consignés")
    tab_to(asker, box(asker, "Votre texte"))
    asker.keyboard.type("Nos cartons partent à la benne.")
    asker.keyboard.press("Control+Enter")
    heading(asker, "Où commander des emballages consignés").wait_for()

    helper = enter_by_keyboard(stage, "member")
    tab_to(
        helper, helper.locator("main").get_by_role("link", name="Où commander des emballages consignés").first
    )
    helper.keyboard.press("Enter")
    tab_to(helper, box(helper, "Votre réponse"))
    helper.keyboard.type("Chez le même que pour les palettes.")
    helper.keyboard.press("Control+Enter")
    helper.locator("#replies .reply", has_text="palettes").wait_for()

    asker.reload()
    tab_to(asker, asker.get_by_role("button", name="Retenir cette réponse"))
    asker.keyboard.press("Enter")
    expect(asker.get_by_role("region", name="Réponse retenue")).to_contain_text("palettes")
