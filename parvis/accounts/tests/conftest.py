"""Fixtures of this room's tests: a network, the cast, a browser of each. Not here: the cast (parvis.testing)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from parvis.accounts.models import Message
from parvis.accounts.sessions import BACKEND
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network


@pytest.fixture
def network(db: None) -> Network:
    return Network.objects.get_or_create(id=1, defaults={"set_up_at": clock.now()})[0]


@pytest.fixture
def cast(network: Network) -> Cast:
    return build_cast()


@pytest.fixture
def client_of() -> Callable[[Person | None], Client]:
    def make(person: Person | None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if person is not None:
            client.force_login(person, backend=BACKEND)
        return client

    return make


@pytest.fixture
def last_message() -> Callable[[], Message]:
    return lambda: Message.objects.order_by("-created_at", "-id").first()
