"""The pages about letters in a true browser: accessible, nothing refused, nothing wider than the screen, the letter framed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from parvis.accounts.links import issue_link
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.mailing.models import Rhythm
from parvis.mailing.rhythms import DIGEST, rhythm_of, set_rhythm
from parvis.mailing.stopping import token_for
from parvis.people.models import Person
from parvis.testing.browsers import Site
from parvis.testing.cast import build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def sign_in(page: Page, site: Site, link: str) -> None:
    page.goto(site / link)
    if page.locator("main form button").count():
        page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def keep(page: Page, name: str, width: int) -> None:
    """For somebody's eyes, when asked: LETTERS_SHOTS names a folder."""
    if folder := os.environ.get("LETTERS_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"letters-{name}-{width}.png"), full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_letters_are_chosen_seen_and_stopped_in_french(
    page: Page, live_site: Site, axe: Callable[..., None], django_db_blocker: Any, width: int, scheme: Any
) -> None:
    with django_db_blocker.unblock(), acting(SYSTEM):
        cast = build_cast()
        relay = {"host": "127.0.0.1", "port": 9, "security": "none"}  # nothing is sent here
        given = {"set_up_at": clock.now(), "name": "Maison Lumen", "mail": relay}
        Network.objects.update_or_create(id=1, defaults=given)
        Person.objects.update(language="fr", welcomed_at=clock.now())
        host = Person.objects.get(id=cast.host.id)
        kind = registry.kind_for(cast.open, "discussion")
        assert kind is not None
        for title in ("Les lampes du deuxième étage", "Le vélo bleu", "Réunion de rentrée"):
            kind.publish(cast.open, title=title, body="Voici pourquoi, en quelques mots.", by=cast.author)
        set_rhythm(Rhythm.NEVER, by=host, space_id=cast.secret.id)
        mine, admins = issue_link(host), issue_link(cast.administrator)
        stop = f"mail/stop/{token_for(host, DIGEST)}/"
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)

    def look(name: str) -> None:
        axe(page)
        keep(page, name, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    sign_in(page, live_site, mine)
    page.goto(live_site / "settings/notifications/")
    look("rules")
    page.get_by_role("radio", name="Le matin").check()
    page.get_by_role("button", name="Enregistrer mes courriels").click()
    page.get_by_text("Un récapitulatif vient les jours ouvrés").first.wait_for()
    page.goto(live_site / "settings/mail/next/")
    page.frame_locator("iframe").get_by_role("link", name="Le vélo bleu").wait_for()
    look("next")
    page.goto(live_site / "settings/mail/next/letter/")
    look("letter")
    page.goto(live_site / f"c/{cast.open.slug}/host/letters/")
    look("host")
    page.goto(live_site / stop)
    look("stop")
    page.get_by_role("button", name="Les arrêter").click()
    page.get_by_role("heading", name="C’est arrêté.").wait_for()
    look("stopped")
    with django_db_blocker.unblock():
        assert rhythm_of(host) == Rhythm.NEVER
    page.context.clear_cookies()
    sign_in(page, live_site, admins)
    page.goto(live_site / "admin/letters/")
    page.frame_locator("iframe").get_by_role("link", name="Où laisser mon vélo").wait_for()
    look("network")
