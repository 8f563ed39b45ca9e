"""What stands around the stream: the reader's communities, and what is announced to them. Not here: the stream itself."""

from __future__ import annotations

from dataclasses import dataclass

from parvis.announcements.reading import OnTop, on_top, on_top_sql
from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.people.models import Person

# Everybody belongs to a community at least, so that what is announced comes with its row.
MINE = f"""
SELECT s.name, s.slug, s.hue, s.cover, {on_top_sql()} AS important
FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id
WHERE m.person_id = %(me)s AND s.kind = 'community' AND s.archived_at IS NULL ORDER BY s.name LIMIT 12"""


@dataclass(frozen=True)
class SideSpace:
    """A community's line beside the stream."""

    name: str
    slug: str
    hue: int | None

    @property
    def url(self) -> str:
        return f"/c/{self.slug}/"


def around_stream(person: Person) -> tuple[list[SideSpace], list[OnTop]]:
    """Twelve of the reader's communities, by name, and what is announced in any of them. One query."""
    rows = read(MINE, {"me": person.id, "kinds": installed_kinds()})
    spaces = [SideSpace(row.name, row.slug, row.hue or None) for row in rows]
    return spaces, on_top(rows[0].important) if rows else []
