"""What stands beside the stream: the reader's communities. Not here: the stream itself."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.kernel.db import read
from parvis.people.models import Person

MINE = """
SELECT s.name, s.slug, s.hue, s.cover FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id
WHERE m.person_id = %s AND s.kind = 'community' AND s.archived_at IS NULL ORDER BY s.name LIMIT 12"""


@dataclass(frozen=True)
class SideSpace:
    """A community's line beside the stream."""

    name: str
    slug: str
    hue: int | None

    @property
    def url(self) -> str:
        return f"/c/{self.slug}/"


def my_communities(person: Person) -> list[SideSpace]:
    """Twelve of the reader's communities, by name. One query."""
    return [SideSpace(row.name, row.slug, row.hue or None) for row in read(MINE, [person.id])]
