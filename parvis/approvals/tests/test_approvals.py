"""Asking, approving, refusing, beginning anew, leaving: each answer is to one exact version."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parvis.accounts.standing import suspend
from parvis.approvals import actions, reading, reminding
from parvis.approvals.models import Approver, Review, State
from parvis.approvals.tests.stage import approve, ask, current, seen, text, told, write
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership.actions import add_member, remove_member
from parvis.testing.cast import Cast


def state(review: Review) -> str:
    return Review.objects.get(id=review.id).state


def test_together_all_are_told_and_the_last_answer_settles_it(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    review = ask(thing, [cast.member, cast.host], cast.author, word="Voyez le point 3")
    assert told(cast.member) == told(cast.host) == ["approval_asked"]
    approve(review, cast.host)
    assert state(review) == State.REVIEW
    approve(review, cast.member, "Bravo")
    assert state(review) == State.APPROVED
    assert told(cast.author) == ["approval_done"]
    standing = reading.standing_of(seen(thing, cast.author), current(thing), cast.author)
    assert standing.approved is not None
    assert [one.reason for one in standing.approved.people] == ["Bravo", ""]
    with pytest.raises(Refused):
        ask(thing, [cast.member], cast.author)


def test_in_order_each_is_told_when_the_turn_comes(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    review = ask(thing, [cast.member, cast.host], cast.author, is_in_order=True)
    assert told(cast.host) == []
    with pytest.raises(Refused):
        approve(review, cast.host)
    approve(review, cast.member)
    assert told(cast.host) == ["approval_turn"]
    approve(review, cast.host)
    assert state(review) == State.APPROVED


def test_a_refusal_says_why_and_ends_it(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    review = ask(thing, [cast.member, cast.host, cast.cohost], cast.author, is_in_order=True)
    approve(review, cast.member)
    with pytest.raises(Refused) as refusal:
        approve(review, cast.host, "  ", is_approved=False)
    assert refusal.value.field == "reason"
    approve(review, cast.host, "Le point 3 manque", is_approved=False)
    assert state(review) == State.REFUSED
    assert told(cast.author) == ["approval_refused"]
    assert told(cast.member) == ["approval_asked", "approval_refused"]
    assert told(cast.cohost) == [], "whoever wasn't asked yet isn't bothered"
    with pytest.raises(Refused):
        approve(review, cast.cohost)
    again = ask(thing, [cast.member], cast.author)
    approve(again, cast.member)
    assert state(again) == State.APPROVED


def test_only_people_who_can_read_it_are_asked_and_never_the_asker(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    for people in (
        [],
        [cast.stranger],
        [cast.suspended],
        [cast.author],
        [cast.member] * 1 + [cast.ex_member],
    ):
        with pytest.raises(Refused) as refusal:
            ask(thing, people, cast.author)
        assert refusal.value.field == "person"
    with pytest.raises(Refused) as refusal:
        ask(thing, [cast.member], cast.author, due_on=clock.today() - timedelta(days=1))
    assert refusal.value.field == "due"
    assert not Review.objects.exists()
    with pytest.raises(NotFound):
        ask(thing, [cast.member], cast.stranger)
    open_thing = text(cast.open, cast.author)
    with pytest.raises(NotAllowed):
        ask(open_thing, [cast.member], cast.stranger)
    assert ask(open_thing, [cast.stranger], cast.author), "in an open community everybody can read"


def test_only_one_is_asked_at_a_time_and_of_the_version_that_was_seen(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    shown = current(thing).digest
    write(thing, "Procédure revue", cast.member)
    with pytest.raises(Refused):
        ask(thing, [cast.member], cast.author, seen=shown)
    ask(thing, [cast.member], cast.author)
    with pytest.raises(Refused):
        ask(thing, [cast.host], cast.author)


def test_a_new_version_begins_it_anew_and_keeps_what_was_answered(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    first = ask(thing, [cast.member, cast.host], cast.author, is_in_order=True, due_on=clock.today())
    approve(first, cast.member)
    assert told(cast.host) == ["approval_turn"]
    write(thing, "Procédure, deuxième version", cast.cohost)
    assert state(first) == State.RENEWED
    second = Review.objects.get(contribution=thing, state=State.REVIEW)
    assert (second.number, second.due_on, second.is_in_order) == (2, first.due_on, True)
    assert told(cast.member) == ["approval_asked", "approval_again"], "what they approved is another text"
    assert told(cast.author) == ["approval_renewed"]
    with pytest.raises(Refused):
        approve(first, cast.member)
    with pytest.raises(Refused):
        approve(second, cast.host)
    approve(second, cast.member)
    assert told(cast.host) == ["approval_turn", "approval_turn"]
    approve(second, cast.host)
    assert state(second) == State.APPROVED
    assert Approver.objects.get(review=first, person=cast.member).answer == "approved"


def test_those_who_had_not_answered_are_not_told_twice(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    ask(thing, [cast.member, cast.host], cast.author)
    write(thing, "Deux", cast.author)
    write(thing, "Trois", cast.author)
    assert told(cast.member) == told(cast.host) == ["approval_asked"]
    write(thing, "Trois", cast.author)
    assert Review.objects.filter(contribution=thing).count() == 3, "the same content is no other version"


def test_the_approved_version_stays_the_one_shown_until_another_is(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    first = ask(thing, [cast.member], cast.author)
    approve(first, cast.member)
    write(thing, "Version en chantier", cast.author)
    standing = reading.standing_of(seen(thing, cast.author), current(thing), cast.author)
    assert (standing.shown_number(), standing.shown_number(wants_work=True)) == (1, 2)
    second = ask(thing, [cast.member], cast.author)
    assert reading.approved_number(thing.id) == 1
    waited = reading.standing_of(seen(thing, cast.member), current(thing), cast.member)
    assert waited.shown_number() == 2, "who must answer is shown what they answer to"
    approve(second, cast.member)
    assert (state(first), state(second)) == (State.FORMER, State.APPROVED)
    assert reading.approved_number(thing.id) == 2


def test_a_reader_who_may_not_write_never_gets_the_version_in_work(cast: Cast) -> None:
    thing = text(cast.open, cast.author)
    approve(ask(thing, [cast.member], cast.author), cast.member)
    write(thing, "En chantier", cast.author)
    stranger = reading.standing_of(seen(thing, cast.stranger), current(thing), cast.stranger)
    assert not stranger.may_see_work
    assert stranger.shown_number(wants_work=True) == 1
    asked = ask(thing, [cast.stranger], cast.author)
    assert reading.standing_of(seen(thing, cast.stranger), current(thing), cast.stranger).shown_number() == 2
    approve(asked, cast.stranger)


def test_who_asked_and_hosts_withdraw_nobody_else(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    review = ask(thing, [cast.member], cast.author)
    with pytest.raises(NotAllowed):
        actions.withdraw(seen(thing, cast.member), by=cast.member)
    actions.withdraw(seen(thing, cast.host), by=cast.host)
    assert state(review) == State.WITHDRAWN
    assert told(cast.member) == ["approval_asked", "approval_withdrawn"]
    with pytest.raises(Refused):
        approve(review, cast.member)


def test_somebody_is_replaced_in_their_turn_or_done_without(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    review = ask(thing, [cast.member, cast.host], cast.author, is_in_order=True)
    with pytest.raises(Refused):
        actions.replace(seen(thing, cast.author), cast.member.id, cast.stranger.id, by=cast.author)
    with pytest.raises(Refused):
        actions.replace(seen(thing, cast.author), cast.member.id, cast.host.id, by=cast.author)
    actions.replace(seen(thing, cast.author), cast.member.id, cast.cohost.id, by=cast.author)
    assert told(cast.cohost) == ["approval_asked"]
    assert told(cast.member) == ["approval_asked", "approval_withdrawn"]
    approve(review, cast.cohost)
    actions.replace(seen(thing, cast.author), cast.host.id, None, by=cast.author)
    assert state(review) == State.APPROVED


def test_the_only_one_is_not_done_without(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    ask(thing, [cast.member], cast.author)
    with pytest.raises(Refused):
        actions.replace(seen(thing, cast.author), cast.member.id, None, by=cast.author)


def test_whoever_leaves_is_told_of_once_and_shown_as_gone(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    ask(thing, [cast.member, cast.cohost, cast.host], cast.author)
    suspend(cast.member, by=cast.administrator)
    remove_member(cast.on_request, cast.cohost, by=cast.host)
    assert reminding.find_gone() == 2
    assert reminding.find_gone() == 0
    assert told(cast.author) == ["approval_gone"]
    standing = reading.standing_of(seen(thing, cast.author), current(thing), cast.author)
    assert standing.open is not None
    assert [one.is_gone for one in standing.open.people] == [True, True, False]
    add_member(cast.on_request, cast.cohost, by=cast.host)
    standing = reading.standing_of(seen(thing, cast.author), current(thing), cast.author)
    assert standing.open is not None
    assert [one.is_gone for one in standing.open.people] == [True, False, False]


def test_mine_holds_what_waits_for_me_and_nothing_of_a_place_i_left(cast: Cast) -> None:
    thing = text(cast.on_request, cast.author)
    ask(thing, [cast.member, cast.host], cast.author, is_in_order=True)
    assert [row.contribution_id for row in reading.mine(cast.member)[0]] == [thing.id]
    assert reading.mine(cast.host) == ([], [])
    assert [row.contribution_id for row in reading.mine(cast.author)[1]] == [thing.id]
    assert [row.waits_for for row in reading.in_space(cast.on_request)] == [[cast.member.display_name]]
    remove_member(cast.on_request, cast.member, by=cast.host)
    assert reading.mine(cast.member) == ([], [])
