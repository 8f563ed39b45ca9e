"""Approvals under real concurrency, each work on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from parvis.approvals.models import Review, State
from parvis.approvals.tests.stage import approve, ask, current, text, write
from parvis.journal.models import Activity
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import Refused
from parvis.people.models import Person
from parvis.testing.at_once import at_once
from parvis.testing.cast import Cast, build_cast


@pytest.fixture
def cast(fresh_database: str, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        yield build_cast()


def approving(review: Review, person: Person) -> Callable[[], Any]:
    def act() -> Review:
        with acting(person):
            return approve(review, person)

    return act


def test_two_who_approve_at_once_both_count_and_settle_it_once(cast: Cast) -> None:
    for _turn in range(5):
        with acting(SYSTEM):
            review = ask(
                text(cast.on_request, cast.author), [cast.member, cast.host, cast.cohost], cast.author
            )
        people = (cast.member, cast.host, cast.cohost)
        at_once(*(approving(review, person) for person in people))
        assert Review.objects.get(id=review.id).state == State.APPROVED
        settled = Activity.objects.filter(verb="approval.approved", thing_id=review.contribution_id)
        assert settled.count() == 1


def test_an_answer_and_a_new_version_at_once_never_approve_what_was_not_read(cast: Cast) -> None:
    for turn in range(6):
        with acting(SYSTEM):
            thing = text(cast.on_request, cast.author)
            review = ask(thing, [cast.member], cast.author)
            before = current(thing)

        def writing(thing: Any = thing, turn: int = turn) -> None:
            with acting(cast.author):
                write(thing, f"Autre texte {turn}", cast.author)

        answered = at_once(approving(review, cast.member), writing)[0]
        rows = {row.state: row for row in Review.objects.filter(contribution=thing)}
        if isinstance(answered, Refused):
            assert set(rows) == {State.RENEWED, State.REVIEW}
            assert rows[State.REVIEW].digest == current(thing).digest != before.digest
        else:
            assert set(rows) == {State.APPROVED}
            assert rows[State.APPROVED].digest == before.digest
