"""A form sent twice writes once; what is different is another write; pages carry the receipt."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from parvis.accounts.sessions import SessionStore
from parvis.contributions.models import Contribution, Reply
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return build_cast()


@pytest.fixture
def client(cast: Cast) -> Client:
    session = SessionStore()
    session["_auth_user_id"], session["_auth_user_backend"] = str(cast.member.id), "x"
    session["_auth_user_hash"] = ""
    session.save()
    found = Client()
    found.cookies["session"] = session.session_key
    return found


@pytest.fixture
def topic(cast: Cast) -> Contribution:
    kind = registry.kind_for(cast.open, "note")
    assert kind is not None
    return kind.publish(cast.open, title="", body="Un mot", by=cast.author)


def receipt_of(client: Client, topic: Contribution) -> str:
    html = client.get(topic.url, follow=True).content.decode()
    found = re.findall(r'name="receipt" value="(\w{13})"', html)
    assert found
    return found[0]


def test_the_same_form_sent_twice_writes_once_and_leads_to_the_same_place(
    client: Client, topic: Contribution
):
    data = {"body": "Une réponse", "receipt": receipt_of(client, topic)}
    first = client.post(f"{topic.url}reply/", data)
    again = client.post(f"{topic.url}reply/", data)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert Reply.objects.filter(contribution=topic).count() == 1


def test_going_back_and_sending_something_else_is_another_write(client: Client, topic: Contribution):
    receipt = receipt_of(client, topic)
    for body in ("La première", "La seconde"):
        client.post(f"{topic.url}reply/", {"body": body, "receipt": receipt})
    assert Reply.objects.filter(contribution=topic).count() == 2


def test_a_refused_form_may_be_sent_again_as_it_was(client: Client, topic: Contribution):
    Contribution.objects.filter(id=topic.id).update(are_replies_open=False)
    data = {"body": "Trop tôt", "receipt": "0abcdefghjkmn"}
    assert client.post(f"{topic.url}reply/", data).status_code == 422
    Contribution.objects.filter(id=topic.id).update(are_replies_open=True)
    assert client.post(f"{topic.url}reply/", data).status_code == 303


def test_the_shared_form_of_a_page_carries_no_receipt(client: Client, topic: Contribution):
    html = client.get("/").content.decode()
    form = re.search(r'<form id="act".*?</form>', html, re.S)
    assert form is not None
    assert "csrfmiddlewaretoken" in form[0]
    assert "receipt" not in form[0]
