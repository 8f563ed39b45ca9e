"""Stopping by one click: a POST without session, form or cookie stops one kind of mail; a GET only asks."""

from __future__ import annotations

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.kernel.ids import encode
from parvis.mailing.models import Habit, PlaceRhythm, Rhythm
from parvis.mailing.rhythms import AT_ONCE, DIGEST, rhythm_of, sentence_of, set_rhythm
from parvis.mailing.stopping import address_for, headers_for, token_for
from parvis.mailing.tests.test_at_once import cast, relay  # noqa: F401
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.testing.letters import choose
from parvis.testing.relay import Relay

pytestmark = pytest.mark.django_db


def path_of(person: object, kind: str) -> str:
    return f"/mail/stop/{token_for(person, kind)}/"  # type: ignore[arg-type]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def program() -> Client:
    """A mail program: no cookie, no form of ours."""
    return Client(enforce_csrf_checks=True)


def test_one_post_stops_the_kind_and_nothing_else(cast: Cast, program: Client):  # noqa: F811
    choose(Rhythm.WEEKLY, cast.member)
    PlaceRhythm.objects.create(person=cast.member, space=cast.open, rhythm=Rhythm.DAILY)
    PlaceRhythm.objects.create(person=cast.member, space=cast.secret, rhythm=Rhythm.AT_ONCE)
    answer = program.post(path_of(cast.member, DIGEST), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert rhythm_of(cast.member) == Rhythm.NEVER
    assert rhythm_of(cast.member, cast.open.id) == Rhythm.NEVER
    assert rhythm_of(cast.member, cast.secret.id) == Rhythm.AT_ONCE
    program.post(path_of(cast.member, AT_ONCE))
    assert rhythm_of(cast.member, cast.secret.id) == Rhythm.NEVER


def test_looking_at_the_link_stops_nothing(cast: Cast, program: Client):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    page = program.get(path_of(cast.member, DIGEST)).content.decode()
    assert "Arrêter ces courriels" in page
    assert cast.member.name not in page
    assert rhythm_of(cast.member) == Rhythm.DAILY


def test_another_word_stops_nobodys_mail(cast: Cast, program: Client):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    token = token_for(cast.member, DIGEST)
    for wrong in ("x", token[:-1], token.swapcase(), token_for(cast.member, "everything")):
        assert program.post(f"/mail/stop/{wrong}/").status_code == 404
    assert rhythm_of(cast.member) == Rhythm.DAILY


def test_who_never_chose_can_stop_the_networks_rhythm(cast: Cast, program: Client):  # noqa: F811
    assert rhythm_of(cast.member) == Rhythm.WEEKLY
    program.post(path_of(cast.member, DIGEST))
    assert rhythm_of(cast.member) == Rhythm.NEVER
    assert rhythm_of(cast.author) == Rhythm.WEEKLY


def test_the_headers_are_those_of_the_standard(cast: Cast):  # noqa: F811
    assert headers_for(cast.member, DIGEST) == {
        "List-Unsubscribe": f"<{address_for(cast.member, DIGEST)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_the_page_of_rules_says_in_a_sentence_what_will_come(cast: Cast, relay: Relay):  # noqa: F811
    client = signed_in(cast.member)
    assert "une semaine" in sentence_of(cast.member) or "a week" in sentence_of(cast.member)
    given = {"rhythm": "at_once", "hour": "9", "level": "1", f"place-{cast.open.pk}": ""}
    assert client.post("/settings/mail/", given).status_code == 422
    given = {"rhythm": "at_once", "hour": "9", "level": "1"}
    assert client.post("/settings/mail/", given).status_code == 303
    assert "9\xa0h\xa000" in sentence_of(cast.member)
    page = client.get("/settings/notifications/").content.decode()
    assert "9\xa0h\xa000 le jour ouvré suivant" in page
    habit = Habit.objects.get(person=cast.member)
    assert (habit.rhythm, habit.hour, habit.level) == ("at_once", 9, 1)
    for wrong in ({"rhythm": "yearly"}, {"hour": "3"}, {"level": "9"}, {"level": "²"}):
        assert client.post("/settings/mail/", given | wrong).status_code == 422
    set_rhythm("daily", by=cast.member, space_id=cast.open.id)
    assert cast.open.name in sentence_of(cast.member)


def test_a_place_one_may_not_know_has_no_rhythm(cast: Cast):  # noqa: F811
    given = {"rhythm": "daily", "hour": "8", "level": "1", f"place-{encode(cast.secret.id)}": "never"}
    assert signed_in(cast.stranger).post("/settings/mail/", given).status_code == 404
    assert not PlaceRhythm.objects.exists()
