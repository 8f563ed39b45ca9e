"""What changed since the last visit: when that was, what is said of it, and to whom not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.membership.actions import remove_member
from parvis.people.models import Person
from parvis.returning.models import Stay
from parvis.returning.stays import forget_old
from parvis.testing.cast import Cast
from parvis.tools.forum.actions import conclude, open_topic

Login = Callable[[Person], Client]
pytestmark = pytest.mark.django_db


def came(person: Person, *, ago: timedelta) -> None:
    """Their last page was opened so long ago."""
    Stay.objects.update_or_create(person=person, defaults={"seen_at": clock.now() - ago, "since": None})


def talk(cast: Cast, title: str, space: str = "open") -> object:
    return open_topic(
        getattr(cast, space), title=title, body="Texte", by=cast.author, options={"mode": "discussion"}
    )


def test_a_first_visit_has_nothing_before_it(cast: Cast, client_of: Login) -> None:
    talk(cast, "Lampadaires")
    page = client_of(cast.member).get("/").content.decode()
    assert "Since your last visit" not in page
    assert Stay.objects.get(person=cast.member).since is None


def test_after_half_an_hour_a_page_begins_another_visit(cast: Cast, client_of: Login) -> None:
    came(cast.member, ago=timedelta(hours=5))
    before = Stay.objects.get(person=cast.member).seen_at
    client = client_of(cast.member)
    client.get("/")
    assert Stay.objects.get(person=cast.member).since == before
    with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
        client.get("/since/")
        assert Stay.objects.get(person=cast.member).since == before


def test_what_a_script_asks_of_an_open_tab_is_no_visit(cast: Cast, client_of: Login) -> None:
    came(cast.member, ago=timedelta(hours=5))
    before = Stay.objects.get(person=cast.member).seen_at
    client = client_of(cast.member)
    client.get("/now/", headers={"X-Requested-With": "fetch"})
    client.get("/", headers={"Sec-Fetch-Dest": "image"})
    assert Stay.objects.get(person=cast.member).seen_at == before


def test_one_line_at_home_and_one_page_say_what_changed(
    cast: Cast, client_of: Login, run_jobs: Callable[[], int]
) -> None:
    mine = open_topic(
        cast.open, title="Ma question", body="Texte", by=cast.member, options={"mode": "discussion"}
    )
    decided = talk(cast, "Horaires d'hiver")
    came(cast.member, ago=timedelta(hours=2))
    with time_machine.travel(clock.now(), tick=True):
        talk(cast, "Lampadaires")
        reply(mine, body="Voici pourquoi", by=cast.host)
        conclude(decided, outcome="On ferme à 18 h", by=cast.author)
        run_jobs()
    client = client_of(cast.member)
    home = client.get("/").content.decode()
    assert "Since your last visit" in home
    assert "1 answer to you" in home
    page = client.get("/since/").content.decode()
    for words in ("Lampadaires", "Voici pourquoi", "What was decided", "On ferme à 18 h", cast.open.name):
        assert words in page, words


def test_what_happened_before_or_by_oneself_isnt_new(cast: Cast, client_of: Login) -> None:
    talk(cast, "Lampadaires")
    came(cast.member, ago=timedelta(seconds=0))
    Stay.objects.filter(person=cast.member).update(since=clock.now())
    open_topic(cast.open, title="La mienne", body="Texte", by=cast.member, options={"mode": "discussion"})
    page = client_of(cast.member).get("/since/").content.decode()
    assert "Lampadaires" not in page.split("<main", 1)[1]
    assert "La mienne" not in page.split("<main", 1)[1]
    assert "Nothing new since then" in page


def test_who_left_a_community_is_told_nothing_of_it_by_line_or_page(
    cast: Cast, client_of: Login, run_jobs: Callable[[], int]
) -> None:
    secret = talk(cast, "Plan Hibou", "secret")
    mine = reply(secret, body="Je réponds", by=cast.member)
    came(cast.member, ago=timedelta(hours=2))
    talk(cast, "Plan Chouette", "secret")
    reply(secret, body="Contre-réponse", by=cast.host, parent=mine)
    run_jobs()
    client = client_of(cast.member)
    assert "Plan Chouette" in client.get("/since/").content.decode()
    remove_member(cast.secret, cast.member, by=cast.host)
    for address in ("/", "/since/", "/since/?days=30"):
        page = client.get(address).content.decode()
        for words in ("Hibou", "Chouette", "Contre-réponse", "Since your last visit ("):
            assert words not in page, (address, words)


def test_stays_are_forgotten_after_ninety_days(cast: Cast) -> None:
    came(cast.member, ago=timedelta(days=91))
    came(cast.host, ago=timedelta(days=89))
    forget_old()
    assert list(Stay.objects.values_list("person", flat=True)) == [cast.host.id]
