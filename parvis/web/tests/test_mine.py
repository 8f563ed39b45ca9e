"""The page where everything of one reader meets: theirs alone, and nothing left of a community once they left it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions import marking
from parvis.contributions.drafts import save_draft
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.membership.actions import leave
from parvis.people.models import Person
from parvis.spaces.models import Level
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


@pytest.fixture
def secret_note(cast: Cast) -> Contribution:
    publish = registry.kind("note").publish  # type: ignore[union-attr]
    return publish(cast.secret, body="Le mot de la falaise", by=cast.author)  # type: ignore[no-any-return]


def mine_of(person: Person) -> str:
    Person.objects.filter(id=person.id).update(language="en")
    client = Client()
    client.force_login(person, backend=BACKEND)
    response = client.get("/mine/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_page_says_what_will_come(cast: Cast) -> None:
    assert "Nothing waits for you." in mine_of(cast.stranger)


def test_what_one_begins_follows_and_puts_aside_meets_here(cast: Cast, secret_note: Contribution) -> None:
    save_draft("new", {"body": ["Une phrase commencée"]}, by=cast.member)
    assert "Une phrase commencée" in mine_of(cast.member)
    assert "falaise" not in mine_of(cast.member)
    marking.bookmark(secret_note, by=cast.member)
    assert mine_of(cast.member).count("falaise") == 1
    marking.follow(secret_note, Level.FOLLOWING, by=cast.member)
    assert mine_of(cast.member).count("falaise") == 2
    assert "falaise" not in mine_of(cast.host)


def test_drafts_and_what_waits_for_its_date_stand_beside_what_is_being_typed(cast: Cast) -> None:
    publish = registry.kind("note").publish  # type: ignore[union-attr]
    made = publish(cast.secret, body="Une note gardée", by=cast.member, is_draft=True)
    publish(cast.open, body="Une note pour demain", by=cast.member, at=clock.now() + timedelta(days=1))
    save_draft("new", {"body": ["Une phrase commencée"]}, by=cast.member)
    shown = mine_of(cast.member)
    for words in ("Une note gardée", "Une note pour demain", "Une phrase commencée", f"/go/{made.key}/"):
        assert shown.count(words) == 1
    assert "Une note" not in mine_of(cast.host)
    leave(cast.secret, by=cast.member)
    assert "Une note gardée" not in mine_of(cast.member)


def test_who_leaves_a_community_keeps_nothing_of_it(cast: Cast, secret_note: Contribution) -> None:
    marking.bookmark(secret_note, by=cast.member)
    marking.follow(secret_note, Level.FOLLOWING, by=cast.member)
    leave(cast.secret, by=cast.member)
    assert "falaise" not in mine_of(cast.member)


def test_what_waits_for_the_reader_stands_before_what_they_keep(
    cast: Cast, secret_note: Contribution
) -> None:
    marking.bookmark(secret_note, by=cast.member)  # one section with something: the others are named below it
    shown = mine_of(cast.member)
    named = ["To approve", "Dates to come", "Polls waiting", "Begun, not finished", "What you follow"]
    assert sorted(named, key=shown.index) == named
