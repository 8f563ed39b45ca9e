"""Invitations: kept as hashes, used once whoever presses at the same moment, worth nothing once stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from parvis.journal.models import Activity
from parvis.kernel import clock
from parvis.kernel.db import acting
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import actions, invitations, requests
from parvis.membership.models import Invitation, JoinRequest
from parvis.people.models import Person
from parvis.spaces.models import Membership, Space, Subscription
from parvis.testing.cast import Cast, build_cast


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Runs each task in its own thread and connection from the same moment; returns results or errors."""
    barrier = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)

    def run(index: int, task: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            results[index] = task()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def accept(row: Invitation, person: Person) -> Space:
    with acting(person):
        return invitations.accept(row, by=person)


@pytest.mark.parametrize("races", [20, pytest.param(1000, marks=pytest.mark.full)])
def test_parallel_accepts_make_exactly_one_member(fresh_database: str, django_db_blocker, races: int):
    """Security case 6."""
    with django_db_blocker.unblock():
        cast = build_cast()
        before = Space.objects.get(id=cast.secret.id).member_count
        for _race in range(races):
            with acting(cast.host):
                row = invitations.invite_person(cast.secret, cast.stranger, by=cast.host)
            results = at_once(*[lambda row=row: accept(row, cast.stranger)] * 3)
            gone = [result for result in results if isinstance(result, invitations.Gone)]
            assert len(gone) == 2, results
            assert Membership.objects.filter(space=cast.secret, person=cast.stranger).count() == 1
            assert Space.objects.get(id=cast.secret.id).member_count == before + 1
            with acting(cast.stranger):
                actions.leave(cast.secret, by=cast.stranger)
        assert Space.objects.get(id=cast.secret.id).member_count == before


def test_people_who_join_at_once_are_all_counted(fresh_database: str, django_db_blocker):
    with django_db_blocker.unblock():
        cast = build_cast()
        before = Space.objects.get(id=cast.open.id).member_count
        people = [cast.stranger, cast.host_elsewhere, cast.ex_member, cast.administrator]

        def join(person: Person) -> None:
            with acting(person):
                actions.join(cast.open, by=person)

        results = at_once(*[lambda person=person: join(person) for person in people for _twice in range(2)])
        assert results == [None] * 8
        assert Space.objects.get(id=cast.open.id).member_count == before + 4
        assert Subscription.objects.filter(space=cast.open, person__in=people).count() == 4


def test_two_last_hosts_who_leave_at_once_do_not_both_go(fresh_database: str, django_db_blocker):
    with django_db_blocker.unblock():
        cast = build_cast()
        with acting(cast.host):
            actions.set_host(cast.open, cast.member, by=cast.host)

        def leave(person: Person) -> None:
            with acting(person):
                actions.leave(cast.open, by=person)

        results = at_once(lambda: leave(cast.host), lambda: leave(cast.member))
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]
        assert Membership.objects.filter(space=cast.open, role="host", host_until_on=None).count() == 1


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


def test_only_a_hash_of_a_token_is_kept(cast: Cast):
    row, token = invitations.make_link(cast.secret, by=cast.host)
    assert len(token) >= 32
    assert token not in str(Invitation.objects.filter(id=row.id).values().get())
    assert token not in str(list(Activity.objects.values()))
    assert invitations.find_by_token(token, by=cast.stranger) == row


def test_an_expired_invitation_is_gone(cast: Cast):
    row = Invitation.objects.get(person=cast.invitee)
    Invitation.objects.filter(id=row.id).update(expires_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(invitations.Gone):
        invitations.accept(row, by=cast.invitee)
    assert invitations.open_invitations(cast.invitee) == []


def test_a_declined_invitation_can_be_sent_again(cast: Cast):
    row = Invitation.objects.get(person=cast.invitee)
    invitations.decline(row, by=cast.invitee)
    with pytest.raises(invitations.Gone):
        invitations.accept(row, by=cast.invitee)
    again = invitations.invite_person(cast.secret, cast.invitee, by=cast.host)
    assert again is not None
    assert invitations.accept(again, by=cast.invitee) == cast.secret


def test_a_known_address_is_invited_by_name(cast: Cast):
    row, token = invitations.invite_email(cast.open, f" {cast.stranger.email.upper()} ", by=cast.host)
    assert (row.person, token) == (cast.stranger, "")
    with pytest.raises(Refused):
        invitations.invite_email(cast.open, "nobody", by=cast.host)


def test_only_hosts_invite(cast: Cast):
    with pytest.raises(NotAllowed):
        invitations.invite_person(cast.open, cast.stranger, by=cast.member)
    with pytest.raises(NotFound):
        invitations.make_link(cast.secret, by=cast.host_elsewhere)
    with pytest.raises(Refused):
        invitations.invite_person(cast.everyone, cast.stranger, by=cast.administrator)


def test_an_accepted_invitation_closes_the_request_one_had_made(cast: Cast):
    requests.ask_to_join(cast.on_request, by=cast.stranger)
    row = invitations.invite_person(cast.on_request, cast.stranger, by=cast.host)
    invitations.accept(row, by=cast.stranger)
    assert JoinRequest.objects.get().state == "accepted"


def test_hosts_hear_of_a_request_and_its_author_of_the_answer(cast: Cast):
    row = requests.ask_to_join(cast.on_request, by=cast.stranger, word="Bonjour")
    asked = Activity.objects.get(verb="member.asked")
    assert asked.payload["tell"] == {str(cast.host.id): "asked"}
    requests.answer_request(row, accept=False, by=cast.host, word="Plutôt le cercle de Lyon.")
    refused = Activity.objects.get(verb="member.refused")
    assert refused.payload["tell"] == {str(cast.stranger.id): "refused"}
    assert "Lyon" not in str(refused.payload)
    assert not Membership.objects.filter(space=cast.on_request, person=cast.stranger).exists()


def test_asking_again_after_a_refusal_is_possible_and_asking_twice_makes_one_request(cast: Cast):
    requests.ask_to_join(cast.on_request, by=cast.stranger)
    row = requests.ask_to_join(cast.on_request, by=cast.stranger, word="un mot")
    assert JoinRequest.objects.get().word == "un mot"
    requests.answer_request(row, accept=False, by=cast.host, word="non")
    assert requests.ask_to_join(cast.on_request, by=cast.stranger).id != row.id
