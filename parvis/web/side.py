"""What stands around the stream: the reader's communities, and what is announced to them. Not here: the stream itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from parvis.announcements.reading import OnTop, on_top, on_top_sql
from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.people.models import Person
from parvis.returning.since import COUNTED, COUNTS, count_values
from parvis.returning.stays import last_visit

# Everybody belongs to a community at least, so that what is announced comes with its row.
MINE = f"""
SELECT s.name, s.slug, s.hue, s.cover, {on_top_sql()} AS important,
{COUNTS}
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


@dataclass(frozen=True)
class Changed:
    """How much there is on the page of what changed; beyond the most, "more than"."""

    since: datetime
    things: int
    answers: int
    most: int = COUNTED


def around_stream(person: Person) -> tuple[list[SideSpace], list[OnTop], Changed | None]:
    """Twelve of the reader's communities, by name, what is announced in any of them, and how much changed since
    their last visit (None: nothing, or it is their first). One query.
    """
    since = last_visit(person)
    rows = read(MINE, {"me": person.id, "kinds": installed_kinds(), **count_values(since)})
    spaces = [SideSpace(row.name, row.slug, row.hue or None) for row in rows]
    if not rows:
        return spaces, [], None
    first = rows[0]
    is_changed = since is not None and (first.new_things or first.new_answers)
    changed = Changed(since, int(first.new_things), first.new_answers) if since and is_changed else None
    return spaces, on_top(first.important), changed
