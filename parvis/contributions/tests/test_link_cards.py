"""A note's first link gets a card only where this site makes them, from our own fetch, under the note's rights."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from django.test import Client, override_settings

from parvis.accounts.sessions import BACKEND
from parvis.contributions.link_cards import LinkCard, card_of, make_link_card, remove_card
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.db import read
from parvis.kernel.errors import NotAllowed
from parvis.kernel.fetch import Fetcher
from parvis.kernel.tests.loopback import Server, answer, serving
from parvis.kernel.tests.test_link_card import PAGE, photograph
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

HOST = "news.example.com"


@pytest.fixture
def cast(db: None) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


@pytest.fixture
def site() -> Iterator[Server]:
    with serving("127.0.0.2") as server:
        server.scripts["/billet"] = answer(PAGE, Content_Type="text/html; charset=utf-8")
        server.scripts["/photo.jpg"] = answer(photograph(), Content_Type="image/jpeg")
        yield server


def fetcher_for(site: Server) -> Fetcher:
    return Fetcher(
        resolve=lambda host: ["127.0.0.2"], trusted=[ip_address("127.0.0.2")], ports={80, 443, site.port}
    )


def note(space: Space, by: Person, site: Server) -> Contribution:
    body = f"À lire : http://{HOST}:{site.port}/billet et le reste"
    return registry.kind("note").publish(space, body=body, by=by)  # type: ignore[union-attr,no-any-return]


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    Person.objects.filter(id=person.id).update(language="en")
    client.force_login(person, backend=BACKEND)
    return client


def waiting() -> int:
    return len(
        read(
            "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'contributions.make_link_card' AND status = 'todo'"
        )
    )


def test_nothing_is_fetched_unless_the_site_makes_cards(cast: Cast, site: Server):
    note(cast.open, cast.author, site)
    assert waiting() == 0
    with override_settings(PARVIS_FETCH=True, PARVIS_LINK_CARDS=True):
        note(cast.open, cast.author, site)
        registry.kind("note").publish(cast.open, body="Sans lien", by=cast.author)  # type: ignore[union-attr]
    assert waiting() == 1


def test_the_card_and_its_picture_are_ours_and_read_by_the_notes_readers_only(cast: Cast, site: Server):
    row = note(cast.on_request, cast.author, site)
    make_link_card(row.id, fetcher=fetcher_for(site))
    make_link_card(row.id, fetcher=fetcher_for(site))
    kept = LinkCard.objects.get(contribution=row)
    assert kept.host == HOST
    assert kept.picture is not None
    page = client_of(cast.member).get(f"/notes/{row.key}/").content.decode()
    assert "Une phrase." in page
    assert f'src="{kept.picture.url}"' in page
    assert f'src="http://{HOST}' not in page
    assert client_of(cast.member).get(kept.picture.url).status_code == 200
    assert client_of(cast.stranger).get(kept.picture.url).status_code == 404


def test_the_author_takes_the_card_off_and_it_stays_off(cast: Cast, site: Server):
    row = note(cast.open, cast.author, site)
    make_link_card(row.id, fetcher=fetcher_for(site))
    path = f"/go/{row.key}/link-card/remove/"
    assert client_of(cast.member).post(path).status_code == 403
    with pytest.raises(NotAllowed):
        remove_card(find_contribution(row.id, cast.host), by=cast.host)
    assert client_of(cast.author).post(path).status_code == 303
    make_link_card(row.id, fetcher=fetcher_for(site))
    assert card_of(find_contribution(row.id, cast.author), cast.author) is None


def test_a_page_that_cannot_be_fetched_leaves_no_card(cast: Cast, site: Server):
    row = note(cast.open, cast.author, site)
    site.scripts.clear()
    make_link_card(row.id, fetcher=fetcher_for(site))
    assert not LinkCard.objects.exists()


def test_a_note_hidden_meanwhile_gets_no_card(cast: Cast, site: Server):
    from parvis.contributions.actions import hide

    row = note(cast.open, cast.author, site)
    hide(row, reason="Non.", by=cast.host)
    make_link_card(row.id, fetcher=fetcher_for(site))
    assert not LinkCard.objects.exists()
