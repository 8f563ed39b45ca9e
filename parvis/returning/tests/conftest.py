"""What the tests of coming back begin with. Not here: what they ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from parvis.kernel import clock
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network


@pytest.fixture
def cast(db: None, run_jobs: Callable[[], int]) -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen", "set_up_at": clock.now()})
    found = build_cast()
    Person.objects.update(welcomed_at=clock.now(), language="en")
    run_jobs()
    return found


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    """A browser without script, signed in."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in
