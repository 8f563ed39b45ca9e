"""In a real browser, in French: a feed is added, read, and brought to a community; every page without a violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from parvis.accounts.links import issue_link
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.testing.cast import build_cast
from parvis.tools.feeds.fetching import fetch_source
from parvis.tools.feeds.models import Item, Source
from parvis.tools.feeds.tests.conftest import Server, rss, switch_on
from parvis.web.models import Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from parvis.testing.browsers import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def link(live_site: Site, django_db_blocker: Any) -> str:
    """The sign-in link of a host, who speaks French."""
    with django_db_blocker.unblock():
        cast = build_cast()
        Network.objects.get_or_create(id=1)
        with acting(cast.host):
            switch_on(cast.open)
        Person.objects.filter(id=cast.host.id).update(language="fr")
        return issue_link(cast.host)


def fetch_all(server: Server, django_db_blocker: Any) -> str:
    """What the worker would do: the typed address stands for a page of the loopback server. The first item's key."""
    with django_db_blocker.unblock():
        source = Source.objects.get(url__startswith="http")
        typed = source.url
        server.pages["/fil"] = ("application/rss+xml", rss("Les métiers du fil reviennent", "La soie"))
        Source.objects.filter(id=source.id).update(url=f"{server.url}/fil")
        with acting(SYSTEM):
            fetch_source(source.id, fetcher=server.fetcher())
        Source.objects.filter(id=source.id).update(url=typed)
        return encode(Item.objects.order_by("id").values_list("id", flat=True)[0])


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_feed_is_added_read_and_brought_to_a_community(
    page: Page, live_site: Site, link: str, server: Server, axe: Callable[..., None], django_db_blocker: Any, width: int, scheme: Any
) -> None:  # fmt: skip
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(live_site / link)
    button = page.locator("main form button")
    if button.count():
        button.first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    page.goto(live_site / "feeds/")
    page.get_by_role("link", name="Ajouter un flux").first.click()
    page.get_by_label("Adresse d’un site").fill("courrier.example/fil")
    page.keyboard.press("Enter")
    page.get_by_text("Premier appel en cours.").wait_for()
    key = fetch_all(server, django_db_blocker)

    page.goto(live_site / "feeds/sources/")
    chosen = page.get_by_role("button", name="À l’accueil aussi")
    chosen.focus()
    page.keyboard.press("Enter")
    page.locator("main button[aria-pressed=true]").wait_for()
    page.get_by_label("Son nom").fill("La lettre du lin")
    page.keyboard.press("Enter")
    page.get_by_label("Adresse secrète").wait_for()
    assert page.get_by_label("Adresse secrète").input_value().endswith("@lettres.parvis.test")
    axe(page)

    pages = [
        "feeds/",
        "feeds/?view=unread",
        "feeds/?view=watched",
        "feeds/?q=soie",
        "feeds/sources/",
        "feeds/words/",
        "feeds/directory/",
    ]
    pages += [
        f"feeds/items/{key}/",
        f"feeds/items/{key}/bring/",
        f"feeds/bulletin/?item={key}",
        "feeds/bulletin/",
    ]
    for address in pages:
        page.goto(live_site / address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address

    page.goto(live_site / "feeds/")
    page.get_by_role("link", name="La soie", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Partager avec une communauté").click()
    page.get_by_label("Quelle communauté").select_option(index=1)
    page.get_by_label("Votre phrase").fill("Et si nous en parlions ?")
    page.get_by_role("button", name="Partager", exact=True).click()
    page.get_by_text("Et si nous en parlions").first.wait_for()
    assert page.locator("main a[href='https://courrier.example/a1']").count() == 1
    page.goto(live_site / "feeds/")
    page.get_by_text("Partagé par").wait_for()
