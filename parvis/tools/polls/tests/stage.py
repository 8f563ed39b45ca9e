"""Polls for the tests, by the kind's own actions, and clients of the cast. Not here: the tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.ballots.models import Choice
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.db import SYSTEM, acting
from parvis.membership.actions import add_member
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.polls import actions

DAYS = ("Lundi", "Mardi", "Jeudi")


def poll(
    cast: Cast, *, space: Space | None = None, title: str = "Quel jour ?", **options: Any
) -> Contribution:
    """A poll of the author in the community on request: which day?"""
    return actions.open_poll(
        space or cast.on_request,
        title=title,
        body="",
        by=cast.author,
        options={"choices": DAYS, **options},
    )


def keys(contribution: Contribution) -> list[int]:
    """The choices of a poll, in order."""
    return list(
        Choice.objects.filter(box_id=contribution.id).order_by("position", "id").values_list("id", flat=True)
    )


def say(contribution: Contribution, person: Person, *values: int) -> None:
    """The person's vote: a value for each choice in order, 0 for nothing."""
    marks = dict(zip(keys(contribution), values, strict=False))
    actions.vote(find_contribution(contribution.id, person), marks, by=person)


def crowd(space: Space, count: int) -> list[Person]:
    """So many members of a community."""
    people = []
    for n in range(count):
        person = Person(
            email=f"voix{n}@parvis.test", username=f"voix{n}", display_name=f"Voix {n:02}", state="active"
        )
        person.set_unusable_password()
        person.save()
        add_member(space, person, by=SYSTEM, is_silent=True)
        people.append(person)
    return people


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person, backend=BACKEND)
    return client


def vote_as_a_crowd(space: Space, title: str, *values: int) -> None:
    """Five new members of a community vote alike in the poll of this title."""
    with acting(SYSTEM):
        found = Contribution.objects.get(space=space, title=title)
        for person in crowd(space, 5):
            say(found, person, *values)
