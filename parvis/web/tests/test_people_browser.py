"""People and accounts in a real browser: every page without an accessibility violation, and the way in by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from parvis.accounts import mail, profile
from parvis.accounts.links import EMAIL, INVITATION, RESET, issue_link
from parvis.accounts.models import Message
from parvis.journal.jobs import drain
from parvis.kernel.db import acting
from parvis.membership.everyone import name_personal_space
from parvis.people.models import Person, ProfileField
from parvis.testing.cast import Cast, build_cast
from parvis.tools.notes.actions import publish_note
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from parvis.testing.browsers import Site

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
PRODUCT = [("fr", "light", NARROW), ("en", "dark", WIDE), ("fr", "dark", NARROW), ("en", "light", WIDE)]


def furnish() -> tuple[Cast, dict[str, list[str]]]:
    """Something on every page; the addresses by who opens them (a visitor's under "")."""
    Network.objects.get_or_create(id=1)
    cast = build_cast()
    author, member = cast.author, cast.member
    with acting(author):
        field = ProfileField.objects.create(
            label_fr="Bâtiment", label_en="Building", type="choice", choices=["Nord", "Sud"], is_filter=True
        )
        profile.revise_profile(
            author,
            by=author,
            job_title="Responsable qualité",
            manager=cast.host,
            languages=["français", "italien"],
            bio="Douze ans d'atelier, dont six à encadrer.\n\nLe dimanche, au bord de la Saône.",
        )
        profile.set_subjects(author, "ask", ["Tutorat", "Métrologie", "Réunions courtes"], by=author)
        profile.set_subjects(author, "interest", ["aviron"], by=author)
        profile.fill_values(author, {field: "Nord"}, by=author)
        profile.say_hello(author, "Bonjour, je cherche qui mesure en continu.", by=author)
        name_personal_space(name="Carnet d'atelier", purpose="Une idée par quinzaine.", by=author)
        profile.revise_profile(member, by=member, manager=author)
        publish_note(cast.open, body="Le nouveau banc de #tutorat est arrivé. Qui l'a essayé ?", by=author)
        mail.send(member, "Votre lien", "Suivez ce lien : http://127.0.0.1/accounts/link/x/")
        links = [
            issue_link(member),
            issue_link(member, purpose=RESET),
            issue_link(cast.unclaimed, purpose=INVITATION),
            issue_link(member, purpose=EMAIL, address="neuf@parvis.test"),
            "/accounts/link/over/",
        ]
    visitor = [
        "/accounts/login/",
        "/accounts/code/",
        "/accounts/link/",
        "/accounts/password/reset/",
        "/accounts/link/sent/",
        "/accounts/logout/",
    ]
    return cast, {
        "": [*visitor, *links],
        "member": [
            "/people/",
            "/people/?q=qui+connaît+tutorat",
            "/people/?q=zyx",
            "/people/?q=tutorat+zyx",
            author.url,
            member.url,
            cast.suspended.url,
            f"{member.url}edit/",
            "/settings/",
            "/settings/account/",
            "/settings/blog/",
            "/welcome/",
            "/welcome/communities/",
            "/welcome/hello/",
        ],
        "author": [author.url, "/settings/blog/"],
        "administrator": ["/admin/outbox/", "/admin/people/import/", f"{member.url}edit/", "/people/me/"],
    }


def sign_in(page: Page, site: Site, person: Person) -> None:
    """Through the one-time link, as people do."""
    with acting(person):
        path = issue_link(person)
    page.goto(site / path)
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def reach(page: Page, role: str, name: str, *, most: int = 60) -> None:
    """Presses Tab until the control has the focus, as someone without a mouse does."""
    wanted = page.get_by_role(role, name=name).first
    wanted.wait_for()
    for _press in range(most):
        if wanted.evaluate("el => el === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{role} {name!r} can't be reached by keyboard on {page.url}")


@pytest.mark.parametrize(("language", "scheme", "size"), PRODUCT)
def test_every_page_of_people_and_accounts_is_accessible(
    live_site: Site,
    new_page: Callable[..., Page],
    axe: Callable[..., None],
    django_db_blocker: Any,
    language: str,
    scheme: str,
    size: dict[str, int],
):
    with django_db_blocker.unblock():
        cast, addresses = furnish()
        Person.objects.update(language=language)
        for actor, paths in addresses.items():
            page = new_page(
                color_scheme=scheme, viewport=size, locale={"fr": "fr-FR", "en": "en-GB"}[language]
            )
            if actor:
                sign_in(page, live_site, getattr(cast, actor))
            for path in paths:
                page.goto(live_site / path)
                axe(page)
                shows_sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
                assert not shows_sideways, f"{path} scrolls sideways at {size['width']}"
                record(page, actor, path, f"{language}-{scheme}-{size['width']}")


def record(page: Page, actor: str, path: str, variant: str) -> None:
    """A picture of the page when PARVIS_TEST_PICTURES names a folder: for looking at, never compared."""
    import os

    folder = os.environ.get("PARVIS_TEST_PICTURES")
    if folder:
        name = re.sub(r"[^a-z]+", "-", path.lower())[:40].strip("-")
        page.screenshot(path=f"{folder}/{actor or 'visitor'}-{name}-{variant}.png", full_page=True)


def test_wrong_forms_are_accessible_too(
    live_site: Site, page: Page, axe: Callable[..., None], django_db_blocker: Any
):
    with django_db_blocker.unblock():
        cast, _addresses = furnish()
        page.goto(live_site / "accounts/login/")
        page.get_by_label("Courriel ou nom d’utilisateur").fill("personne@parvis.test")
        page.get_by_label("Mot de passe ou code d’accès").fill("faux")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        axe(page)
        sign_in(page, live_site, cast.administrator)
        page.goto(live_site / "admin/people/import/")
        page.get_by_label("ou les lignes elles-mêmes").fill(
            "nom complet;e-mail\nAna;non\nBéa;bea@parvis.test"
        )
        page.get_by_role("button", name="Essayer").click()
        page.get_by_text("n’est pas une adresse de courriel").first.wait_for()
        axe(page)


def test_by_keyboard_alone_one_comes_in_by_code_and_makes_the_first_visit(
    live_site: Site, page: Page, django_db_blocker: Any
):
    with django_db_blocker.unblock():
        cast, _addresses = furnish()
        Message.objects.all().delete()
        page.goto(live_site / "accounts/login/")
        reach(page, "link", "Recevoir un code par courriel")
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts/code/")
        expect(page.locator("main input:focus")).to_have_count(1)  # the field has the focus
        page.keyboard.type("stranger@parvis.test")
        page.keyboard.press("Enter")
        page.wait_for_url("**/accounts/code/confirm/")
        drain()
        code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", Message.objects.get().text).group()
        expect(page.locator("main input:focus")).to_have_count(1)
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/")
        reach(page, "textbox", "Avec vos mots")
        page.keyboard.type("négociation, contrats")
        reach(page, "button", "Continuer")
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/communities/")
        reach(page, "checkbox", "Qualité au quotidien")
        page.keyboard.press("Space")
        reach(page, "button", "Continuer")
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/hello/")
        reach(page, "textbox", "Un mot de bonjour")
        page.keyboard.type("Bonjour à vous, je rejoins les achats.")
        reach(page, "button", "Dire bonjour")
        page.keyboard.press("Enter")
        page.wait_for_url(live_site / "")
        page.goto(live_site / "people/?q=négociation")
        page.get_by_role("link", name="Étienne Étranger").first.wait_for()
        page.goto(live_site / cast.stranger.url)
        page.get_by_text("Bonjour à vous, je rejoins les achats.").first.wait_for()
        page.get_by_role("link", name="Qualité au quotidien").first.wait_for()


def test_without_scripts_people_are_found_followed_and_settings_kept(
    live_site: Site, new_page: Callable[..., Page], django_db_blocker: Any
):
    with django_db_blocker.unblock():
        cast, _addresses = furnish()
        page = new_page(java_script_enabled=False)
        sign_in(page, live_site, cast.member)
        page.goto(live_site / "people/")
        page.get_by_label("Qui s’y connaît en…").fill("tutorat")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Aude Auteur").first.click()
        page.get_by_role("button", name="Suivre").click()
        assert page.get_by_role("button", name="Suivi").count() == 1
        page.goto(live_site / "settings/")
        page.get_by_label("English").check()
        page.get_by_role("button", name="Enregistrer").click()
        assert page.locator("html").get_attribute("lang") == "en"
