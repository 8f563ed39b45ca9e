"""Fixtures of the calendar's tests. Not here: what they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions.models import Contribution
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.tools.calendar.actions import publish_event
from parvis.web.models import Network


@pytest.fixture
def cast(db: Any) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    def make(person: Person) -> Client:
        client = Client(headers={"accept-language": "en"})
        Person.objects.filter(id=person.id).update(language="en")
        client.force_login(person, backend=BACKEND)
        return client

    return make


def planned(
    space: Space, by: Person, *, title: str = "Atelier du fil", body: str = "", **options: Any
) -> Contribution:
    """An event on Tuesday 1 December 2026, from nine to ten in Paris, unless said otherwise."""
    given = {"day": "2026-12-01", "hour": "09:00", "end_hour": "10:00", "zone": "Europe/Paris", **options}
    return publish_event(space, title=title, body=body, by=by, options=given)
