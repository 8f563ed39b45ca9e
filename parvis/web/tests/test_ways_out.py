"""Hosts inside that administrators name: written down, called at once, refused again once taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from parvis.accounts.links import issue_link
from parvis.accounts.sessions import BACKEND
from parvis.journal.models import Activity
from parvis.kernel import clock, fetch
from parvis.kernel.addresses import BadUrl
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.fetch import FetchFailed
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.web import ways_out
from parvis.web.models import InsideHost, Network

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from parvis.testing.browsers import Site


@pytest.fixture
def cast(db: Any) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def reason_of(call: Callable[[], object]) -> str:
    with pytest.raises(FetchFailed) as failure:
        call()
    return failure.value.reason


def test_a_named_host_may_be_typed_and_called_from_then_on(cast: Cast, settings: Any) -> None:
    settings.PARVIS_FETCH = True
    fetch._build_site_fetcher.cache_clear()
    caller = fetch.site_fetcher()
    caller.resolve = lambda host: []
    url = "http://intranet:8080/nouvelles"
    with pytest.raises(BadUrl):
        fetch.parse_typed(url)
    assert reason_of(lambda: caller.fetch(url, role="feed", may_enter=True)).startswith("bad address")
    row = ways_out.allow("Intranet", 8080, remark="Le journal de l'usine", by=cast.administrator)
    assert str(fetch.parse_typed(url)) == url
    assert reason_of(lambda: caller.fetch(url, role="feed", may_enter=True)) == "not a public address"
    ways_out.deny(row.id, by=cast.administrator)
    assert reason_of(lambda: caller.fetch(url, role="feed", may_enter=True)).startswith("bad address")
    fetch._build_site_fetcher.cache_clear()


def test_only_administrators_name_hosts_and_each_change_is_written_down(cast: Cast) -> None:
    for person in (cast.member, cast.host):
        with pytest.raises(NotAllowed):
            ways_out.allow("intranet", 443, by=person)
    row = ways_out.allow("10.1.2.0/24", 443, by=cast.administrator)
    with pytest.raises(NotAllowed):
        ways_out.deny(row.id, by=cast.member)
    with pytest.raises(Refused):
        ways_out.allow("10.1.2.0/24", 443, by=cast.administrator)
    ways_out.deny(row.id, by=cast.administrator)
    with pytest.raises(NotFound):
        ways_out.deny(row.id, by=cast.administrator)
    written = Activity.objects.filter(verb__startswith="network.inside").order_by("id")
    assert [(one.verb, one.actor_id, one.payload["place"]) for one in written] == [
        ("network.inside_allowed", cast.administrator.id, "10.1.2.0/24"),
        ("network.inside_denied", cast.administrator.id, "10.1.2.0/24"),
    ]


@pytest.mark.parametrize("place", ["127.0.0.1", "169.254.169.254", "0.0.0.0/0", "localhost", "8.8.8.8", "::1", "http://intranet/", ""])  # fmt: skip
def test_this_machine_a_cloud_and_the_whole_world_cannot_be_named(cast: Cast, place: str) -> None:
    with pytest.raises(Refused) as refusal:
        ways_out.allow(place, 443, by=cast.administrator)
    assert refusal.value.field == "place"


def test_the_page_warns_and_takes_hosts_on_and_off(cast: Cast) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.administrator, backend=BACKEND)
    assert "guests included" in client.get("/admin/outgoing/").content.decode()
    client.post("/admin/outgoing/", {"place": "intranet", "port": "443", "remark": "Le journal"})
    row = InsideHost.objects.get()
    assert "Le journal" in client.get("/admin/outgoing/").content.decode()
    assert client.post("/admin/outgoing/", {"place": "127.0.0.1", "port": "443"}).status_code == 422
    client.post(f"/admin/outgoing/{encode(row.id)}/remove/")
    assert not InsideHost.objects.exists()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_page_in_french_by_keyboard(
    page: Page, live_site: Site, axe: Callable[..., None], django_db_blocker: Any, width: int, scheme: Any
) -> None:
    with django_db_blocker.unblock():
        cast = build_cast()
        Network.objects.update_or_create(id=1, defaults={"set_up_at": clock.now()})
        Person.objects.filter(id=cast.administrator.id).update(language="fr")
        link = issue_link(cast.administrator)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(live_site / link)
    if page.locator("main form button").count():
        page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto(live_site / "admin/outgoing/")
    page.get_by_label("Nom, adresse ou réseau").fill("127.0.0.1")
    page.keyboard.press("Enter")
    page.get_by_text("Cela ne peut pas être ouvert").first.wait_for()
    axe(page)
    page.get_by_label("Nom, adresse ou réseau").fill("intranet.maison.example")
    page.keyboard.press("Enter")
    page.get_by_text("Ce serveur peut désormais l’appeler.").first.wait_for()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    away = page.get_by_role("button", name="Retirer : intranet.maison.example")
    away.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Aucun : tout ce qui est interne est refusé.").wait_for()
