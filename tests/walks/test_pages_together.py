"""Two browsers write one page at once; one loses its line and comes back; one is removed; one signs out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from parvis.kernel.db import SYSTEM, acting
from parvis.membership import actions as membership
from parvis.testing.live import LiveSite, until
from parvis.testing.walking import Stage
from parvis.tools.pages.actions import publish_page

pytestmark = pytest.mark.browser

TEXT = "## Le matin\n\nOn ouvre la porte.\n\n## Le soir\n\nOn éteint les lampes."
COPIES = "indexedDB.databases().then((all) => all.map(({ name }) => name).filter((name) => name.startsWith('parvis-')))"


@pytest.fixture
def shared(live_process: LiveSite, stage: Stage) -> Any:
    with acting(stage.cast.author):
        return publish_page(stage.cast.secret, title="La maison", body=TEXT, by=stage.cast.author)


def text_of(page: Page) -> Locator:
    """The text as it is being written."""
    return page.get_by_role("textbox", name="La maison")


def open_text(page: Page, stage: Stage, shared: Any) -> None:
    """From the page to its editor, by its own link."""
    page.goto(stage.site / f"pages/{shared.key}/")
    page.locator("main").get_by_role("link", name="Modifier", exact=False).first.click()
    expect(text_of(page)).to_contain_text("On ouvre la porte.")


def add(page: Page, after: str, words: str) -> None:
    """Puts the caret behind a paragraph's last word, and types."""
    text_of(page).get_by_text(after, exact=False).first.click()
    page.keyboard.press("End")
    page.keyboard.type(words)


def finish(page: Page, shared: Any) -> None:
    """Leaves the editor by its button, for the page as it now reads."""
    page.get_by_role("link", name="J’ai fini").click()
    page.wait_for_url(f"**/pages/{shared.key}/")


def words_of(page: Page) -> list[str]:
    """The paragraphs, without the names that stand at the others' carets."""
    return [
        re.sub("\u2060[^\u2060]*\u2060", "", text).replace("\u2060", "")
        for text in text_of(page).locator("p, h1, h2, h3").all_text_contents()
    ]


def source(shared: Any) -> str:
    """The page's text as the house keeps it."""
    shared.body.refresh_from_db()
    return str(shared.body.source)


def test_two_write_at_once_and_nothing_is_lost_of_who_was_away(stage: Stage, shared: Any, axe) -> None:
    author, member = stage.browser_of("author"), stage.browser_of("member")
    open_text(author, stage, shared)
    open_text(member, stage, shared)
    expect(author.locator("[data-here]")).to_contain_text("Malik Membre")
    expect(member.locator("[data-here]")).to_contain_text("Aude Auteur")
    add(author, "On ouvre la porte", " Puis les volets.")
    add(member, "On éteint les lampes", " Puis on ferme.")
    expect(member.locator("x-together")).to_contain_text("Puis les volets.")
    expect(author.locator("x-together")).to_contain_text("Puis on ferme.")
    axe(author)

    # The line of one is lost: both go on.
    member.context.set_offline(True)
    expect(member.locator("p[data-state]")).to_contain_text("La connexion est perdue")
    expect(author.locator("[data-here]")).to_contain_text("Vous êtes la seule personne")
    member.keyboard.type(" Sans oublier le chat.")
    add(author, "Puis les volets", " Et la radio.")
    axe(member)
    member.context.set_offline(False)
    expect(author.locator("x-together")).to_contain_text("Sans oublier le chat.")
    expect(member.locator("x-together")).to_contain_text("Et la radio.")
    wanted = ["Le matin", "On ouvre la porte. Puis les volets. Et la radio.", "Le soir", "On éteint les lampes. Puis on ferme. Sans oublier le chat."]  # fmt: skip
    until(lambda: words_of(author) == words_of(member) == wanted)
    expect(member.locator("p[data-state]")).to_contain_text("Tout ce qui est écrit ici est gardé")

    # Undoing takes back one's own words only.
    author.get_by_role("button", name="Annuler", exact=True).click()
    expect(author.locator("x-together")).not_to_contain_text("Et la radio.")
    expect(author.locator("x-together")).to_contain_text("Sans oublier le chat.")

    finish(member, shared)
    expect(member.locator("main")).to_contain_text("Sans oublier le chat.")
    assert "Sans oublier le chat." in source(shared)
    expect(author.locator("[data-here]")).to_contain_text("Vous êtes la seule personne")


def test_who_comes_back_another_day_finds_what_was_typed_without_a_line(stage: Stage, shared: Any) -> None:
    member = stage.browser_of("member")
    open_text(member, stage, shared)
    expect(member.locator("p[data-state]")).to_contain_text("Tout ce qui est écrit ici est gardé")
    member.context.set_offline(True)
    add(member, "On ouvre la porte", " Avec la clé.")
    expect(member.locator("p[data-state]")).to_contain_text("La connexion est perdue")
    # The window is closed without a line; later the page is opened again.
    another = member.context.new_page()
    member.close()
    another.context.set_offline(False)
    assert "Avec la clé." not in source(shared)
    open_text(another, stage, shared)
    expect(another.locator("x-together")).to_contain_text("Avec la clé.")
    finish(another, shared)
    expect(another.locator("main")).to_contain_text("Avec la clé.")


def test_who_is_removed_writes_no_more_and_keeps_no_copy(stage: Stage, shared: Any) -> None:
    author, member = stage.browser_of("author"), stage.browser_of("member")
    open_text(author, stage, shared)
    open_text(member, stage, shared)
    assert member.evaluate(COPIES)
    with acting(SYSTEM):
        membership.remove_member(stage.cast.secret, stage.cast.member, by=stage.cast.host)
    expect(member.locator("p[data-state]")).to_contain_text("Vous ne pouvez plus écrire cette page")
    expect(member.locator("x-together [contenteditable]")).to_have_attribute("contenteditable", "false")
    until(lambda: member.evaluate(COPIES) == [])
    expect(author.locator("[data-here]")).to_contain_text("Vous êtes la seule personne")
    assert member.goto(stage.site / f"pages/{shared.key}/").status == 404


def test_signing_out_leaves_no_copy_on_the_device(stage: Stage, shared: Any) -> None:
    member = stage.browser_of("member")
    open_text(member, stage, shared)
    until(lambda: member.evaluate(COPIES) != [])
    other = member.context.new_page()
    other.goto(stage.site / "me/")
    other.locator('main form[action="/accounts/logout/"] button').click()
    other.wait_for_url("**/accounts/**")
    expect(member.locator("p[data-state]")).to_contain_text("Vous n’êtes plus connecté")
    until(lambda: other.evaluate(COPIES) == [])


def test_without_a_live_process_one_writes_alone(stage: Stage, shared: Any, live_process: LiveSite) -> None:
    member = stage.browser_of("member")
    member.context.route_web_socket(re.compile("/live/"), lambda line: line.close(code=1011))
    member.goto(stage.site / f"pages/{shared.key}/edit/")
    expect(member.locator("x-together [data-state]")).to_contain_text("Les autres ne peuvent pas être joints")
    expect(member.locator("[data-plain]")).to_be_visible()
