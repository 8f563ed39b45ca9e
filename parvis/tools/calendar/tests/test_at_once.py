"""Places under real concurrency: each answer on a connection of its own, and never more people in than places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine

from parvis.contributions.reading import find_contribution
from parvis.kernel.db import SYSTEM, acting
from parvis.people.models import Person
from parvis.testing.at_once import at_once
from parvis.testing.cast import Cast, build_cast
from parvis.tools.calendar.answers import answer
from parvis.tools.calendar.models import Answer
from parvis.tools.calendar.tests.conftest import planned

DAY = date(2026, 12, 1)


@pytest.fixture
def cast(fresh_database: str, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), time_machine.travel("2026-11-20T12:00:00+01:00"):
        yield build_cast()


def test_two_places_taken_by_many_at_once_are_two(cast: Cast):
    with acting(SYSTEM):
        event = planned(cast.open, cast.author, capacity="2")
    people = [cast.member, cast.host, cast.cohost, cast.stranger, cast.administrator, cast.ex_member]

    def coming(person: Person) -> Callable[[], Any]:
        def come() -> None:
            with acting(person):
                answer(find_contribution(event.id, person), DAY, "yes", by=person)

        return come

    at_once(*(coming(person) for person in people))
    assert Answer.objects.filter(choice="yes").count() == len(people)
    assert Answer.objects.filter(choice="yes", is_waiting=False).count() == 2
