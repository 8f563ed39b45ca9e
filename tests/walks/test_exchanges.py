"""A private exchange from somebody's page to leaving it, and something announced until it is seen; by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from parvis.testing.walking import Stage
from tests.walks.hands import answer, box, heading, more, open_question, tab_to

pytestmark = pytest.mark.browser

SUBJECT = "Avant la réunion de mercredi"
CLOSED = "Les locaux ferment lundi à midi"


def test_a_private_exchange_from_a_page_to_leaving_it(stage: Stage):
    author, member, host = stage.browser_of("author"), stage.browser_of("member"), stage.browser_of("host")
    author.goto(stage.site / stage.cast.member.url.lstrip("/"))
    author.get_by_role("link", name="Écrire à Malik Membre").click()
    heading(author, "Écrire à des collègues").wait_for()
    expect(author.get_by_role("list", name="Avec qui")).to_contain_text("Malik Membre")
    box(author, "Objet").fill(SUBJECT)
    box(author, "Votre message").fill("Je préfère te le dire d'abord.")
    author.locator("main").get_by_role("button", name="Envoyer", exact=True).click()
    heading(author, SUBJECT).wait_for()
    expect(author.locator("aside")).to_contain_text("aucun administrateur")
    stage.work()

    # By keyboard alone: from the notice to an answer.
    member.goto(stage.site / "notifications/")
    told = member.locator("main").get_by_role("link", name=re.compile("vous écrit")).first
    tab_to(member, told)
    member.keyboard.press("Enter")
    heading(member, SUBJECT).wait_for()
    tab_to(member, box(member, "Votre réponse"))
    member.keyboard.type("Merci de me prévenir.")
    member.keyboard.press("Control+Enter")
    expect(member.locator("#replies")).to_contain_text("Merci de me prévenir.")
    member.goto(stage.site / "exchanges/")
    expect(member.locator("main")).to_contain_text(SUBJECT)
    stage.work()

    # A third one joins, told to read what was written before.
    author.goto(stage.site / "exchanges/")
    expect(author.locator(".row.is-unread")).to_contain_text("Merci de me prévenir.")
    author.get_by_role("link", name=SUBJECT).click()
    author.get_by_role("link", name="Ajouter quelqu’un").click()
    expect(author.locator("main")).to_contain_text("lira tout ce qui a été écrit")
    author.get_by_role("combobox", name="Qui vous rejoint").fill("hél")
    author.get_by_role("option", name=re.compile("Hélène")).click()
    author.get_by_role("button", name="Ajouter, et laisser tout lire").click()
    heading(author, SUBJECT).wait_for()
    host.goto(author.url)
    heading(host, SUBJECT).wait_for()
    answer(host, "Je ne dirai rien.")

    member.goto(author.url)
    member.get_by_role("button", name="Mettre en sourdine").click()
    expect(member.get_by_role("button", name=re.compile("En sourdine"))).to_be_visible()
    member.get_by_role("link", name="Quitter", exact=True).click()
    member.get_by_role("button", name="Quitter", exact=True).click()
    heading(member, "Échanges privés").wait_for()
    expect(member.locator("main")).not_to_contain_text(SUBJECT)


def test_a_host_announces_and_a_member_says_so_by_keyboard(stage: Stage):
    host, member = stage.browser_of("host"), stage.browser_of("member")
    open_question(
        host, stage.site / stage.cast.open.url.lstrip("/"), CLOSED, "Prenez vos affaires.", kind="sujet"
    )
    more(host)
    host.get_by_role("link", name=re.compile("L’annoncer comme important")).click()
    expect(host.locator("main")).to_contain_text("le verront en haut de leur page")
    host.locator("main").get_by_role("button", name="Annoncer", exact=True).click()
    heading(host, CLOSED).wait_for()
    expect(host.locator("main")).to_contain_text("Moins de cinq personnes")

    member.goto(stage.site / "")
    top = member.locator("[data-important]")
    expect(top).to_contain_text(CLOSED)
    tab_to(member, top.get_by_role("button", name="J’ai lu"))
    member.keyboard.press("Enter")
    expect(member.locator("[data-important]")).to_have_count(0)
    member.goto(host.url)
    expect(member.locator("main")).to_contain_text("Vous avez répondu")


def test_their_pages_are_sound_and_fit_a_phone(stage: Stage, axe: Callable[..., None]):
    author, host, member = stage.browser_of("author"), stage.browser_of("host"), stage.browser_of("member")
    author.goto(stage.site / f"exchanges/new/?to={stage.cast.member.key}")
    axe(author)
    box(author, "Objet").fill(SUBJECT)
    box(author, "Votre message").fill("Un mot.")
    author.locator("main").get_by_role("button", name="Envoyer", exact=True).click()
    heading(author, SUBJECT).wait_for()
    member.set_viewport_size({"width": 360, "height": 800})
    member.goto(stage.site / "exchanges/")
    axe(member)
    for tail in ("", "add/", "leave/", "report/"):
        member.goto(f"{author.url}{tail}")
        axe(member)
    open_question(
        host, stage.site / stage.cast.open.url.lstrip("/"), CLOSED, "Prenez vos affaires.", kind="sujet"
    )
    more(host)
    host.get_by_role("link", name=re.compile("L’annoncer comme important")).click()
    axe(host)
    host.locator("main").get_by_role("button", name="Annoncer", exact=True).click()
    heading(host, CLOSED).wait_for()
    member.goto(stage.site / "")
    axe(member)
    member.goto(host.url)
    axe(member)
