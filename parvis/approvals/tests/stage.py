"""A text whose versions can be approved, and what its people do with it. Not here: the tests."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from parvis.approvals import actions
from parvis.approvals.models import Edition, Review
from parvis.attention.models import Notice
from parvis.contributions.actions import publish
from parvis.contributions.models import Body, Contribution
from parvis.contributions.reading import find_contribution
from parvis.journal.jobs import drain
from parvis.people.models import Person
from parvis.spaces.models import Space


def current(contribution: Contribution) -> Edition:
    """The last version of a text, as a kind would say it."""
    source = Body.objects.get(contribution_id=contribution.id).source
    number = Contribution.objects.values_list("version", flat=True).get(id=contribution.id)
    return Edition(number, sha256(source.encode()).hexdigest())


def text(space: Space, by: Person) -> Contribution:
    return publish("note", space, title="Recette", body="Procédure de recette", by=by)


def write(contribution: Contribution, body: str, by: Person) -> None:
    """A new version, written as a tool does: under the contribution's lock."""
    Contribution.objects.select_for_update(of=("self",), no_key=True).get(id=contribution.id)
    Body.objects.filter(contribution_id=contribution.id).update(source=body)
    row = Contribution.objects.get(id=contribution.id)
    row.version += 1
    row.save(update_fields=["version"])
    actions.version_written(seen(row, by), current(row), by=by)


def seen(contribution: Contribution, by: Person) -> Contribution:
    return find_contribution(contribution.id, by)


def ask(contribution: Contribution, people: list[Person], by: Person, **more: Any) -> Review:
    return actions.ask(seen(contribution, by), current, [one.id for one in people], by=by, **more)


def approve(review: Review, by: Person, reason: str = "", *, is_approved: bool = True) -> Review:
    thing = seen(review.contribution, by)
    return actions.answer(thing, review.id, by=by, is_approved=is_approved, reason=reason)


def told(person: Person) -> list[str]:
    """Which words of approvals a person was told, in order, once what waits has been delivered."""
    drain()
    rows = Notice.objects.filter(person=person, reason__startswith="approval_").order_by("id")
    return list(rows.values_list("reason", flat=True))
