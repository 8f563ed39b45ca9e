"""A small forum for the tests: topics by the kind's own actions, clients of the cast. Not here: the tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.attention.models import Notice
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.forum.actions import open_topic
from parvis.tools.forum.ideas import add_idea


def topic(
    cast: Cast,
    mode: str = "discussion",
    *,
    space: Space | None = None,
    by: Person | None = None,
    **options: Any,
) -> Contribution:
    """A topic of the author in the community on request."""
    return open_topic(
        space or cast.on_request,
        title="Comment accueillir ?",
        body="Trois arrivées en janvier.",
        by=by or cast.author,
        options={"mode": mode, **options},
    )


def idea(
    cast: Cast, brainstorm: Contribution, title: str = "Un parrainage", by: Person | None = None
) -> Contribution:
    """An idea of the member in a brainstorm."""
    return add_idea(brainstorm, title=title, body="", by=by or cast.member)


def seen(contribution: Contribution, person: Person) -> Contribution:
    """The contribution as the gate finds it for a person."""
    return find_contribution(contribution.id, person)


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return response.content.decode()


def reasons(person: Person) -> list[str]:
    """Why a person was told, in order."""
    return list(Notice.objects.filter(person=person).order_by("id").values_list("reason", flat=True))
