"""Anyone's own space, by person: their blog, which colleagues follow. Not here: how it is opened (membership.everyone)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.membership.everyone import ensure_personal_space
from parvis.spaces.models import Space, SpaceKind

if TYPE_CHECKING:
    from parvis.people.models import Person


def personal_space_of(person: Person) -> Space:
    """The person's own space, opened (with them as host) when it isn't yet."""
    return ensure_personal_space(person)


def find_personal_space(person: Person) -> Space | None:
    """The person's own space if it was opened."""
    return Space.objects.filter(owner=person, kind=SpaceKind.PERSONAL).first()
