"""What tests of communities share: the cast over a network's row, and a browserless client signed in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network


@pytest.fixture
def cast(db: None) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()
