"""The bell: what belongs together on one line, what can't be seen any more on none, and mail for who asked for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.attention.reading import Line, count_unseen, notices_of
from parvis.contributions.replies import remove_reply, reply
from parvis.kernel.db import SYSTEM
from parvis.membership import actions, requests
from parvis.membership.invitations import invitations_of
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db
Jobs = Callable[[], int]


@pytest.fixture
def cast(run_jobs: Jobs) -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    found = build_cast()
    run_jobs()
    return found


def note_in(space: Space, by: Person, body: str = "Qui a la clé de l'atelier ?") -> object:
    kind = registry.kind_for(space, "note")
    assert kind is not None
    return kind.publish(space, body=body, by=by)


def lines(person: Person, **options: bool) -> list[Line]:
    return notices_of(Person.objects.get(id=person.id), **options).lines  # type: ignore[arg-type]


def test_answers_to_one_thing_stand_on_one_line(cast: Cast, run_jobs: Jobs):
    note = note_in(cast.open, cast.author)
    for person in (cast.member, cast.host, cast.cohost):
        reply(note, body=f"Demandez à {person.name}", by=person)
    run_jobs()
    (line,) = lines(cast.author)
    assert line.count == 3
    assert len(line.actors) == 3
    assert "3" in line.sentence
    assert line.is_new


def test_one_answer_is_quoted_and_leads_to_it(cast: Cast, run_jobs: Jobs):
    answer = reply(note_in(cast.open, cast.author), body="Dans le tiroir du haut", by=cast.member)
    run_jobs()
    (line,) = lines(cast.author)
    assert cast.member.name in line.sentence
    assert line.quote == "Dans le tiroir du haut"
    assert answer.key in line.url
    assert line.place == cast.open.name


def test_what_can_not_be_seen_any_more_leaves_no_line(cast: Cast, run_jobs: Jobs):
    note = note_in(cast.secret, cast.author, "Le plan du bâtiment C")
    reply(note, body=f"Voir avec @[](person:{cast.member.key})", by=cast.host)
    run_jobs()
    assert any("bâtiment" in line.about for line in lines(cast.member))
    actions.remove_member(cast.secret, cast.member, by=SYSTEM)
    assert lines(cast.member) == []


def test_a_reply_taken_back_leaves_no_line(cast: Cast, run_jobs: Jobs):
    answer = reply(note_in(cast.open, cast.author), body="Oups", by=cast.member)
    run_jobs()
    remove_reply(answer, by=cast.member)
    assert lines(cast.author) == []


def test_an_invitation_makes_a_secret_community_known_until_it_is_withdrawn(cast: Cast):
    (line,) = lines(cast.invitee)
    assert line.about == cast.secret.name
    assert "/communities/invitations/" in line.url
    invitations_of(cast.secret)[0].delete()
    assert lines(cast.invitee) == []


def test_requests_are_shown_to_running_hosts_only(cast: Cast, run_jobs: Jobs):
    requests.ask_to_join(cast.on_request, by=cast.stranger, word="Je débute")
    run_jobs()
    (line,) = lines(cast.host)
    assert line.url == f"{cast.on_request.url}host/requests/"
    cast.on_request.memberships.filter(person=cast.host).update(role="member")
    assert lines(cast.host) == []


def test_only_unseen_ones_when_asked(cast: Cast, run_jobs: Jobs):
    reply(note_in(cast.open, cast.author), body="Oui", by=cast.member)
    run_jobs()
    assert len(lines(cast.author, only_unseen=True)) == 1
    client = Client()
    client.force_login(cast.author, backend=BACKEND)
    client.post("/notifications/seen/")
    assert lines(cast.author, only_unseen=True) == []
    assert len(lines(cast.author)) == 1
    assert not lines(cast.author)[0].is_new


def unread(person: Person) -> int:
    return count_unseen(person.id)


def test_what_can_not_be_opened_any_more_does_not_go_on_ringing(cast: Cast, run_jobs: Jobs):
    reply(note_in(cast.secret, cast.author), body=f"Avec @[](person:{cast.member.key})", by=cast.host)
    run_jobs()
    assert unread(cast.member) > 0
    actions.remove_member(cast.secret, cast.member, by=SYSTEM)
    assert lines(cast.member) == []
    assert unread(cast.member) == 0


def test_visiting_a_community_clears_what_was_about_it_alone(cast: Cast, run_jobs: Jobs):
    requests.ask_to_join(cast.on_request, by=cast.stranger)
    run_jobs()
    client = Client()
    client.force_login(cast.host, backend=BACKEND)
    client.get(cast.on_request.url)
    assert unread(cast.host) == 1  # whoever is asked something answers on another page
    client.get(f"{cast.on_request.url}host/requests/")
    assert unread(cast.host) == 0
    row = cast.on_request.join_requests.get()
    requests.answer_request(row, accept=True, by=cast.host)
    run_jobs()
    client = Client()
    client.force_login(cast.stranger, backend=BACKEND)
    client.get(cast.on_request.url)
    assert unread(cast.stranger) == 0
