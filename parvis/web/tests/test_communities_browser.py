"""Communities in a real browser: every page without an accessibility violation, and the way in by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from parvis.accounts.links import issue_link
from parvis.kernel.db import acting
from parvis.kernel.ids import encode
from parvis.membership import actions, charters, groups, invitations, requests, shaping
from parvis.membership.models import Invitation
from parvis.people.models import Person
from parvis.spaces.models import Membership
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from parvis.testing.browsers import Site

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


def furnish(cast: Cast) -> dict[str, list[str]]:
    """Something on every page: texts, a charter, a request, a group, a pin; the addresses by who opens them."""
    Network.objects.get_or_create(id=1)
    with acting(cast.host):
        shaping.describe(
            cast.open,
            name=cast.open.name,
            purpose="S'entraider entre sites, un défaut à la fois.",
            category="Métiers",
            tags=["qualité", "terrain"],
            welcome="Bienvenue ! Une première question vaut mieux qu'un long silence.",
            by=cast.host,
        )
        shaping.dress(cast.open, hue=6, by=cast.host)
        charters.write_charter(
            cast.open,
            "- Une question simple est une bonne question\n- On parle des pièces, pas des gens",
            by=cast.host,
        )
        charters.write_charter(cast.on_request, "- Ce qui se dit ici reste ici", by=cast.host)
        actions.join(cast.open, by=cast.stranger, charter_version=1)
        kind = registry.kind_for(cast.open, "note")
        if kind is not None:
            kind.publish(
                cast.open,
                title="",
                body="Le nouveau banc de mesure est arrivé. Qui l'a essayé ?",
                by=cast.host,
            )
        requests.ask_to_join(
            cast.on_request, by=cast.stranger, word="Je dirige une équipe depuis mars.", charter_version=1
        )
        groups.save_group(name="Achats", rule={"department": ["Achats"]}, by=cast.administrator)
        invitations.make_link(cast.on_request, by=cast.host)
    invited = Invitation.objects.get(person=cast.invitee)
    host = [
        f"{cast.on_request.url}host/{part}"
        for part in (
            "",
            "look/",
            "tools/",
            "charter/",
            "access/",
            "members/",
            "invitations/",
            "requests/",
            "groups/",
            "pins/",
            "reports/",
            "end/",
        )
    ]
    return {
        "member": [
            "/communities/",
            "/communities/?which=near",
            "/communities/?q=zzz",
            "/communities/new/",
            "/communities/new/?template=business",
            "/communities/tools/",
            cast.open.url,
            f"{cast.open.url}members/",
            f"{cast.open.url}members/?new=1",
            f"{cast.open.url}charter/",
            cast.secret.url,
            cast.archived.url,
            cast.everyone.url,
        ],
        "stranger": [cast.on_request.url],
        "ex_member": [
            cast.on_request.url,
            f"{cast.on_request.url}charter/",
            cast.personal.url,
            f"{cast.open.url}charter/",
        ],
        "host": [*host, f"{cast.open.url}leave/", cast.open.url],
        "administrator": ["/admin/communities/"],
        "invitee": [f"/communities/invitations/{encode(invited.id)}/"],
    }


def sign_in(page: Page, site: Site, person: Person) -> None:
    """Through the one-time link, as people do."""
    with acting(person):
        path = issue_link(person)
    page.goto(site / path)
    button = page.locator("main form button").first
    if button.count():
        button.click()
    page.wait_for_load_state()


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("fr", "light", NARROW), ("en", "dark", WIDE), ("fr", "dark", NARROW), ("en", "light", WIDE)],
)
def test_every_page_of_communities_is_accessible(
    live_site: Site,
    new_page: Callable[..., Page],
    axe: Callable[..., None],
    django_db_blocker: Any,
    language: str,
    scheme: str,
    size: dict[str, int],
):
    with django_db_blocker.unblock():
        cast = build_cast()
        Person.objects.update(language=language)
        addresses = furnish(cast)
        for actor, paths in addresses.items():
            page = new_page(color_scheme=scheme, viewport=size)
            sign_in(page, live_site, getattr(cast, actor))
            for path in paths:
                assert page.goto(live_site / path).status == 200, path
                axe(page)
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"], f"{path} is {width} px wide at {size['width']}"
            page.context.close()


def test_finding_and_joining_by_keyboard_alone(
    live_site: Site, new_page: Callable[..., Page], django_db_blocker: Any
):
    with django_db_blocker.unblock():
        cast = build_cast()
        Network.objects.get_or_create(id=1)
        page = new_page(viewport=WIDE)
        sign_in(page, live_site, cast.ex_member)
        page.goto(live_site / "/communities/?q=qualite")
        _tab_to(page, f"/c/{cast.open.slug}/")
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/*/")
        _tab_to(page, "join/")
        page.keyboard.press("Enter")
        page.wait_for_selector("[popovertarget='level-menu']")  # what only members have
        assert Membership.objects.filter(space=cast.open, person=cast.ex_member).exists()


def test_a_colleague_is_invited_by_typing_three_letters_and_without_script_by_ticking(
    live_site: Site, new_page: Callable[..., Page], axe: Callable[..., None], django_db_blocker: Any
):
    with django_db_blocker.unblock():
        cast = build_cast()
        Network.objects.get_or_create(id=1)
        address = live_site / f"{cast.on_request.url}host/invitations/"
        invited = cast.on_request.invitations.filter(revoked_at=None)
        page = new_page(viewport=WIDE)
        sign_in(page, live_site, cast.host)
        page.goto(address)
        page.get_by_role("combobox").press_sequentially(cast.stranger.name[:3])
        page.get_by_role("option", name=cast.stranger.name).wait_for()
        axe(page)
        page.keyboard.press("Enter")
        page.locator(".chip", has_text=cast.stranger.name).wait_for()
        page.locator("main form.form button.primary").click()
        page.wait_for_selector(".toast")
        assert invited.filter(person=cast.stranger).exists()

        plain = new_page(viewport=NARROW, java_script_enabled=False)
        sign_in(plain, live_site, cast.host)
        plain.goto(address)
        plain.fill("[name=who]", cast.author.name.split()[0])
        plain.click("[name=do][value=search]")
        assert not plain.get_by_label(cast.author.name).count()  # belongs already
        plain.fill("[name=who]", cast.ex_member.name.split()[0])
        plain.click("[name=do][value=search]")
        plain.get_by_label(cast.ex_member.name).check()
        plain.locator("main form.form button.primary").click()
        plain.wait_for_load_state()
        assert invited.filter(person=cast.ex_member).exists()


def _tab_to(page: Page, end: str) -> None:
    """Presses Tab until the focus stands on what leads there."""
    for _step in range(80):
        page.keyboard.press("Tab")
        target = page.evaluate(
            "(document.activeElement.getAttribute('href') || document.activeElement.getAttribute('formaction') || '')"
        )
        if target.endswith(end):
            return
    raise AssertionError(f"no way to {end} by keyboard")
