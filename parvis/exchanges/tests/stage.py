"""People and a private exchange for the tests of this room. Not here: any test."""

from __future__ import annotations

from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.attention.models import Notice
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.exchanges.actions import open_exchange
from parvis.people.models import Person
from parvis.testing.cast import Cast

SUBJECT, BODY = "Un départ en douceur", "Je préfère te le dire avant la réunion de mercredi"


def begin(cast: Cast, *others: Person, by: Person | None = None, body: str = BODY) -> Contribution:
    """An exchange of the author with the member, or with those named."""
    writer = by or cast.author
    opened = open_exchange(others or [cast.member], subject=SUBJECT, body=body, by=writer)
    return seen(opened, writer)


def seen(thing: Contribution, person: Person) -> Contribution:
    return find_contribution(thing.id, person)


def browser(person: Person) -> Client:
    """A browser in which that person has signed in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=BACKEND)
    return client


def told(person: Person) -> list[str]:
    """The reasons of a person's unseen notices, oldest first."""
    return list(
        Notice.objects.filter(person=person, seen_at=None).order_by("id").values_list("reason", flat=True)
    )
