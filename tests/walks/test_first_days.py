"""A newcomer's walks: in by a link, the first visit, into an open community, at the door of a closed one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage, sign_in
from tests.walks.hands import heading

pytestmark = pytest.mark.browser


def test_sign_in_by_link(stage: Stage):
    page = stage.new_page()
    page.goto(stage.site / "communities/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    link = stage.link("stranger")
    sign_in(page, link)
    expect(page).to_have_url(str(stage.site) + "/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto(stage.site / "people/me/")
    expect(heading(page, "Étienne Étranger")).to_be_visible()

    # The link has done its work: it opens nothing for whoever finds it later.
    other = stage.new_page()
    other.goto(link)
    expect(other.locator("body")).not_to_contain_text("Étienne")
    other.goto(stage.site / "people/me/")
    expect(other).to_have_url(re.compile("/accounts/login/"))


def test_first_visit_in_three_steps(stage: Stage):
    page = stage.new_page()
    sign_in(page, stage.link("stranger", is_new=True))
    expect(page.get_by_role("heading", name="Sur quoi peut-on venir vous voir")).to_be_visible()
    page.get_by_label("Avec vos mots").fill("achats responsables, emballages")
    page.get_by_role("button", name="Continuer", exact=True).click()

    expect(page.get_by_role("heading", name="Où voulez-vous être")).to_be_visible()
    page.get_by_label(re.compile("Qualité au quotidien")).check()
    page.get_by_role("button", name="Continuer", exact=True).click()

    expect(page.get_by_role("heading", name="Un mot de bonjour").last).to_be_visible()
    page.locator("main textarea").fill("Bonjour, je commence aux achats à Nantes.")
    page.get_by_role("button", name="Dire bonjour").click()
    expect(page).to_have_url(str(stage.site) + "/")
    expect(page.locator("main")).to_contain_text("Bonjour, je commence aux achats à Nantes.")

    page.goto(stage.site / "people/me/")
    expect(page.locator("main")).to_contain_text("achats responsables")
    page.goto(stage.site / stage.cast.open.url)
    expect(page.get_by_role("link", name="Écrire", exact=True).first).to_be_visible()


def test_find_and_join_an_open_community(stage: Stage):
    page = stage.browser_of("stranger")
    page.get_by_role("link", name="Communautés").first.click()
    # The secret one is not even named to who doesn't belong to it.
    expect(page.locator("main")).not_to_contain_text("Projet Horizon")
    page.locator("main input[type=search], main input[name=q]").first.fill("qualité")
    page.keyboard.press("Enter")
    expect(page.locator("main")).not_to_contain_text("Photographes")
    page.locator("main").get_by_role("link", name="Qualité au quotidien").first.click()
    expect(heading(page, "Qualité au quotidien")).to_be_visible()
    page.get_by_role("button", name="Rejoindre").first.click()
    expect(page.get_by_role("link", name="Écrire", exact=True).first).to_be_visible()
    page.goto(stage.site / f"{stage.cast.open.url}members/")
    expect(page.locator("main")).to_contain_text("Étienne Étranger")


def test_ask_to_join_a_closed_community_and_be_let_in(stage: Stage):
    asker, host = stage.browser_of("stranger"), stage.browser_of("host")
    asker.goto(stage.site / stage.cast.on_request.url)
    expect(asker.get_by_role("link", name="Forum", exact=True)).to_have_count(0)
    asker.get_by_label("Un mot à l’animation").fill("Je dirige une équipe depuis mars.")
    asker.get_by_role("button", name="Demander à rejoindre").click()
    expect(asker.get_by_role("heading", name="Votre demande est auprès de l’animation")).to_be_visible()
    stage.work()

    host.goto(stage.site / "notifications/")
    host.locator("main").get_by_role("link", name=re.compile("Étienne Étranger")).first.click()
    host.goto(stage.site / f"{stage.cast.on_request.url}host/requests/")
    expect(host.locator("main")).to_contain_text("Je dirige une équipe depuis mars.")
    host.get_by_role("button", name="Accueillir").click()
    expect(host.locator("main")).not_to_contain_text("Je dirige une équipe depuis mars.")
    stage.work()

    asker.goto(stage.site / "notifications/")
    expect(asker.locator("main")).to_contain_text("Cercle des managers")
    asker.goto(stage.site / stage.cast.on_request.url)
    expect(asker.get_by_role("link", name="Écrire", exact=True).first).to_be_visible()
