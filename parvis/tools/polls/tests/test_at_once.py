"""Polls under real concurrency: one person, one vote, and none after closing. Each vote on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from parvis.ballots import urn
from parvis.ballots.boxes import width_of
from parvis.ballots.models import Box, Choice, Participation, Urn, Vote
from parvis.contributions.models import Contribution
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import Refused
from parvis.people.models import Person
from parvis.testing.at_once import at_once
from parvis.testing.cast import Cast, build_cast
from parvis.tools.polls import actions
from parvis.tools.polls.tests.stage import crowd, poll, say


@pytest.fixture
def cast(fresh_database: str, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        yield build_cast()


def voting(made: Contribution, person: Person, *values: int) -> Callable[[], Any]:
    def run() -> str:
        with acting(person):
            say(made, person, *values)
        return "voted"

    return run


def ballots_in(made: Contribution) -> list[int]:
    box = Box.objects.get(contribution=made)
    sealed = bytes(Urn.objects.get(box=box).sealed)
    return [one[0] for one in urn.unseal(box.pk, sealed, width_of(box.method, box.choices.count()))]


def test_one_person_voting_many_times_at_once_has_one_secret_vote(cast: Cast) -> None:
    with acting(SYSTEM):
        made = poll(cast, secret="1")
    results = at_once(*(voting(made, cast.member, 0, 1) for _ in range(6)))
    assert results.count("voted") == 1
    assert sum(isinstance(one, Refused) for one in results) == 5
    assert ballots_in(made) == [1]
    assert Box.objects.get(contribution=made).voters == 1


def test_many_people_voting_at_once_are_all_in_the_urn(cast: Cast) -> None:
    with acting(SYSTEM):
        made = poll(cast, secret="1")
        people = crowd(cast.on_request, 12)
    results = at_once(*(voting(made, one, n % 2, 1 - n % 2) for n, one in enumerate(people)))
    assert results == ["voted"] * 12
    assert sorted(ballots_in(made)) == [0] * 6 + [1] * 6
    assert Contribution.objects.get(id=made.id).card["count"] == 12


def test_one_person_changing_their_named_vote_at_once_has_one_vote(cast: Cast) -> None:
    with acting(SYSTEM):
        made = poll(cast)
    choices = (
        voting(made, cast.member, *(int(n == place) for n in range(3))) for place in (0, 1, 2, 0, 1, 2)
    )
    assert at_once(*choices) == ["voted"] * 6
    assert Vote.objects.filter(box_id=made.id).count() == 1
    assert Participation.objects.filter(box_id=made.id).count() == 1
    assert Box.objects.get(contribution=made).voters == 1


def test_no_vote_is_lost_or_counted_after_closing(cast: Cast) -> None:
    with acting(SYSTEM):
        made = poll(cast, secret="1")
        people = crowd(cast.on_request, 10)
        for person in people[:5]:
            say(made, person, 1)

    def close() -> str:
        with acting(cast.author):
            actions.close_poll(made, by=cast.author)
        return "closed"

    results = at_once(*(voting(made, one, 1) for one in people[5:]), close)
    assert results[-1] == "closed"
    counted = Choice.objects.filter(box_id=made.id).order_by("position").first()
    assert counted is not None
    assert counted.total == 5 + results.count("voted") == Box.objects.get(contribution=made).voters
