"""The search page: what was found by kind, and when nothing is, who would see the question."""

from __future__ import annotations

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.people.models import Person, Subject
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network
from parvis.web.search import count_knowing

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def page_of(person: Person, query: str) -> str:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client.get("/search/", {"q": query}).content.decode()


def test_nothing_found_says_how_many_would_see_the_question(cast: Cast):
    for person in (cast.author, cast.host):
        Subject.objects.create(person=person, kind="ask", label="Apiculture", folded="apiculture")
    Subject.objects.create(person=cast.suspended, kind="ask", label="Apiculture", folded="apiculture")
    Subject.objects.create(person=cast.cohost, kind="ask", label="Apiculture", folded="apiculture")
    Person.objects.filter(id=cast.cohost.id).update(hidden_fields=["ask"])
    assert count_knowing("Des questions d'apiculture ?") == 2
    assert count_knowing("le la les") == 0
    page = page_of(cast.stranger, "apiculture")
    assert "2 personnes" in page
    assert "/publish/?kind=question" in page


def test_secret_communities_are_found_by_their_members_only(cast: Cast):
    assert cast.secret.url in page_of(cast.member, "Horizon")
    assert cast.secret.url not in page_of(cast.stranger, "Horizon")
    assert cast.host.url in page_of(cast.stranger, "Helene")
