"""Somebody's own space through its pages: their blog, by its own name and promise, which colleagues follow."""

from __future__ import annotations

from html import unescape

import pytest

from parvis.membership.everyone import name_personal_space
from parvis.testing.cast import Cast
from parvis.web.tests.acting_in_communities import cast, client_of, text_of

__all__ = ["cast"]
pytestmark = pytest.mark.django_db


def test_a_person_is_followed_by_their_own_space(cast: Cast):
    client = client_of(cast.stranger)
    assert client.post(cast.personal.url + "level/", {"level": "2"}).status_code == 303
    assert cast.personal.subscriptions.filter(person=cast.stranger, level=2).exists()
    assert client.post(cast.personal.url + "join/").status_code == 422
    assert client.post(cast.personal.url + "level/", {"level": "none"}).status_code == 303
    assert not cast.personal.subscriptions.filter(person=cast.stranger).exists()


def test_somebodys_own_space_is_their_blog_with_its_name_promise_and_followers(cast: Cast):
    name_personal_space(name="Carnet d'atelier", purpose="Une idée par quinzaine.", by=cast.author)
    client = client_of(cast.stranger)
    client.post(cast.personal.url + "level/", {"level": "2"})
    answer = client.get(cast.personal.url)
    assert (answer.status_code, answer["Location"]) == (302, cast.personal.url + "blog/")
    shown = unescape(text_of(client.get(answer["Location"])))
    assert "Carnet d'atelier" in shown
    assert "Une idée par quinzaine." in shown
    assert "suivi par 1 personne" in shown
    assert "Ne plus suivre" in shown
