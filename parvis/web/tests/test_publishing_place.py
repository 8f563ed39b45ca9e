"""Where and when: neither is ever guessed for the writer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions.marks import Draft
from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network

pytestmark = pytest.mark.django_db
WORDS = "Une phrase qui ne doit pas se perdre"


@pytest.fixture
def cast() -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.member, backend=BACKEND)
    return client


def test_no_place_is_chosen_for_who_belongs_to_several(client: Client, cast: Cast) -> None:
    page = client.get("/publish/?kind=note").content.decode()
    places = page[page.index('<select id="f-space"') :].partition("</select>")[0]
    assert '<option value="">' in places
    assert "selected" not in places
    asked = client.get(f"/publish/?space={cast.secret.slug}").content.decode()
    assert f'value="{cast.secret.slug}" selected' in asked


def test_a_place_where_one_cannot_post_is_not_replaced_by_another(client: Client, cast: Cast) -> None:
    page = client.get(f"/publish/?space={cast.elsewhere.slug}").content.decode()
    assert " selected" not in page[page.index('<select id="f-space"') :].partition("</select>")[0]


def test_without_a_place_the_form_comes_back_with_its_words(client: Client) -> None:
    refused = client.post("/publish/", {"space": "", "kind": "note", "body": WORDS, "do": "publish"})
    assert refused.status_code == 422
    assert WORDS in refused.content.decode()
    assert not Contribution.objects.filter(excerpt__contains=WORDS).exists()


@pytest.mark.parametrize(("hours", "status"), [(-2, 422), (2, 303)])
def test_a_past_date_is_refused_rather_than_published_at_once(
    client: Client, cast: Cast, hours: int, status: int
) -> None:
    at = (clock.now() + timedelta(hours=hours)).isoformat()
    form = {"space": cast.open.slug, "kind": "note", "body": WORDS, "publish_at": at, "do": "publish"}
    answer = client.post("/publish/", form)
    assert answer.status_code == status
    if status == 422:
        assert WORDS in answer.content.decode()
    else:
        assert Contribution.objects.get(state=State.SCHEDULED).published_at > clock.now()


def test_two_texts_of_different_kinds_are_begun_side_by_side(client: Client, cast: Cast) -> None:
    client.post("/drafts/new:note/", {"body": "Un mot commencé", "kind": "note"})
    client.post("/drafts/new:question/", {"title": "Une question commencée", "kind": "question"})
    asked = client.get("/publish/?kind=question").content.decode()
    assert "Une question commencée" in asked
    assert "Un mot commencé" not in asked
    drafts = client.get("/drafts/").content.decode()
    assert 'href="/publish/?kind=note"' in drafts
    form = {"space": cast.open.slug, "kind": "note", "body": "Un mot", "begun": "note", "do": "publish"}
    assert client.post("/publish/", form).status_code == 303
    assert [row.place for row in Draft.objects.all()] == ["new:question"]
