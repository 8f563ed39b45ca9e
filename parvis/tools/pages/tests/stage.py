"""Pages for the tests, and clients of the cast. Not here: the tests."""

from __future__ import annotations

from typing import Any

from django.test import Client

from parvis.accounts.sessions import BACKEND
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.pages import actions
from parvis.tools.pages.models import Page

TEXT = "## Avant\n\nOn prépare la salle.\n\n## Pendant\n\nOn prend des notes.\n\n## Après\n\nOn range."


def shared(
    cast: Cast,
    title: str = "La réunion du lundi",
    body: str = TEXT,
    *,
    under: Contribution | None = None,
    **more: Any,
) -> Contribution:
    """A page of the author in the community on request, as the author finds it."""
    space: Space = more.pop("space", None) or cast.on_request
    by: Person = more.pop("by", cast.author)
    parent = Page.objects.get(contribution=under) if under else None
    made = actions.publish_page(space, title=title, body=body, by=by, options={"parent": parent}, **more)
    return seen(made, by)


def seen(contribution: Contribution, person: Person) -> Contribution:
    """The same as the person finds it. Raises NotFound."""
    return find_contribution(contribution.id, person)


def write(contribution: Contribution, by: Person, body: str, base: int, **more: Any) -> Any:
    """Saves a text as the person would."""
    return actions.write_page(seen(contribution, by), body=body, by=by, base_revision=base, **more)


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": person.language})
    client.force_login(person, backend=BACKEND)
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())
