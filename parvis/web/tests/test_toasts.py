"""The sentence after a write is said once, on the next whole page."""

from __future__ import annotations

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.testing.cast import build_cast
from parvis.toolkit import registry

pytestmark = pytest.mark.django_db


def test_a_sentence_waits_for_a_whole_page_and_is_said_once():
    cast = build_cast()
    kind = registry.kind_for(cast.open, "note")
    assert kind is not None
    note = kind.publish(cast.open, title="", body="Un mot", by=cast.author)
    client = Client()
    client.force_login(cast.member, backend=BACKEND)
    said = 'class="toast"'
    answer = client.post(f"{note.url}reply/", {"body": "Une réponse"})
    assert said not in client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert said in client.get(answer.headers["Location"], follow=True).content.decode()
    assert said not in client.get("/").content.decode()
