"""An approval from draft to approved: asked in order, refused with a reason, written anew, approved by both, shown to all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from parvis.kernel import clock
from parvis.testing.walking import Stage
from tests.walks.hands import heading, tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def bring(page: Page, label: str, data: bytes) -> None:
    page.get_by_label(label, exact=True).set_input_files(
        {"name": "Recette.txt", "mimeType": "text/plain", "buffer": data}
    )


def choose(page: Page, label: str, typed: str, name: str) -> None:
    """Picks somebody by name in the list that opens while typing."""
    field = page.get_by_role("combobox", name=label)
    field.fill(typed)
    page.get_by_role("option", name=re.compile(name)).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()


def test_from_draft_to_approved(stage: Stage):
    author, member, host = (stage.browser_of(name) for name in ("author", "member", "host"))
    stranger = stage.browser_of("stranger")
    author.goto(stage.site / f"{stage.cast.open.url}documents/")
    bring(author, "Apporter des fichiers", b"Version un")
    author.get_by_role("link", name="Recette.txt").click()
    heading(author, "Recette.txt").wait_for()
    url = author.url

    # The author asks the member, then the host, by mouse.
    author.get_by_role("link", name="Demander une approbation").click()
    heading(author, "Demander une approbation").wait_for()
    choose(author, "Qui doit approuver", "Malik", "Malik Membre")
    choose(author, "Qui doit approuver", "Hélène", "Hélène Hôte")
    author.get_by_label("L’un après l’autre").check()
    author.get_by_label("Un mot pour ces personnes").fill("Voyez l’étape 3")
    author.get_by_role("button", name="Demander", exact=True).click()
    expect(author.get_by_role("heading", name="En approbation")).to_be_visible()
    stage.work()

    # The member is told, and refuses; without a reason first.
    member.goto(stage.site / "/notifications/")
    member.get_by_role("link", name=re.compile("demande votre approbation")).first.click()
    expect(member.get_by_role("heading", name="Votre approbation est demandée")).to_be_visible()
    expect(member.get_by_text("Voyez l’étape 3")).to_be_visible()
    member.get_by_role("button", name="Refuser").click()
    expect(member.get_by_text("Dites pourquoi", exact=False)).to_be_visible()
    member.get_by_label("Un mot avec votre réponse").fill("Il manque l’étape 3")
    member.get_by_role("button", name="Refuser").click()
    expect(member.get_by_role("heading", name="La version 1 a été refusée")).to_be_visible()
    host.goto(url)
    expect(host.get_by_text("Il manque l’étape 3")).to_be_visible()
    stranger.goto(url)
    expect(stranger.get_by_text("refusée")).to_have_count(0)

    # The author sees why, brings a new version, asks again: the same people are proposed.
    author.goto(url)
    expect(author.get_by_text("Il manque l’étape 3")).to_be_visible()
    bring(author, "Fichier", b"Version deux, avec une etape 3")
    author.get_by_role("button", name="Apporter cette version").click()
    author.get_by_role("link", name="Demander l’approbation de la version 2").click()
    expect(author.get_by_role("listitem").filter(has_text="Malik Membre")).to_be_visible()
    author.get_by_role("button", name="Demander", exact=True).click()
    expect(author.get_by_role("heading", name="En approbation")).to_be_visible()

    # Both approve in order, by keyboard alone, from the page of what is theirs.
    for page in (member, host):
        page.goto(stage.site / "/mine/")
        expect(page.get_by_role("heading", name="À approuver")).to_be_visible()
        tab_to(page, page.get_by_role("link", name="Recette.txt"))
        page.keyboard.press("Enter")
        heading(page, "Recette.txt").wait_for()
        tab_to(page, page.get_by_role("button", name="Approuver la version 2"))
        page.keyboard.press("Enter")
        page.get_by_text("Approuvé. Merci.").wait_for()
    stage.work()

    # It is approved, for all to see; what is written afterwards isn't shown to readers.
    author.goto(url)
    expect(author.get_by_text("Approuvé le")).to_be_visible()
    bring(author, "Fichier", b"Version trois")
    author.get_by_role("button", name="Apporter cette version").click()
    expect(author.get_by_text("La version 3 est en chantier.")).to_be_visible()
    stranger.goto(url)
    expect(
        stranger.get_by_text(re.compile("Version 2, approuvée par Malik Membre, Hélène Hôte"))
    ).to_be_visible()
    expect(stranger.get_by_text("en chantier")).to_have_count(0)
    assert stranger.get_by_role("link", name=re.compile("Télécharger")).get_attribute("href") == (
        "/documents/" + url.rstrip("/").rpartition("/")[2] + "/file/2/"
    )
    author.get_by_role("link", name="Voir la version en chantier").click()
    expect(author.get_by_text("Vous lisez la version 3")).to_be_visible()


def test_a_host_plans_an_opening_and_members_see_it(stage: Stage):
    host, member = stage.browser_of("host"), stage.browser_of("member")
    space = stage.cast.open.url
    # First a tool is taken away, so that there is one to plan.
    host.goto(stage.site / f"{space}host/tools/")
    host.get_by_label("Sondages").first.uncheck()
    host.get_by_role("button", name="Enregistrer").click()
    host.get_by_role("link", name="Plan d’ouverture").click()
    heading(host, "Plan d’ouverture").wait_for()
    host.get_by_label("Outil").select_option(label="Sondages")
    host.get_by_label("Jour").fill((clock.today() + timedelta(days=30)).isoformat())
    host.get_by_label("Pourquoi").fill("Décider sans réunion")
    host.get_by_label("Ce qu’il remplace").fill("les courriels du vendredi")
    tab_to(host, host.get_by_role("button", name="Le prévoir"))
    host.keyboard.press("Enter")
    expect(host.get_by_role("heading", name=re.compile("Sondages"))).to_be_visible()
    member.goto(stage.site / space)
    expect(member.get_by_text("les courriels du vendredi", exact=False)).to_be_visible()
    member.get_by_role("link", name="Pourquoi, et la suite").click()
    expect(member.get_by_text("Décider sans réunion")).to_be_visible()
    # Opened at once: the member is told, and finds the tool.
    host.get_by_role("button", name="Ouvrir maintenant").click()
    host.get_by_text("C’est ouvert").wait_for()
    stage.work()
    member.goto(stage.site / "/notifications/")
    member.get_by_role("link", name=re.compile("Un nouvel outil est ouvert.: Sondages")).first.click()
    member.get_by_role("link", name="Aller à Sondages").click()
    heading(member, "Sondages").wait_for()
