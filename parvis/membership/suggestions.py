"""Communities near a person: suggested with a reason, and neighbours that share members.

Counts of people are only shown from five on. Not here: the pages that show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.kernel.db import read

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

LEAST = 5  # people: under it, a count could point at somebody
TOO_LARGE = 3000  # members: a community of half the company brings nobody closer


@dataclass(frozen=True)
class Suggestion:
    """A community by key, and why it is suggested, in words."""

    space_id: int
    why: str


@dataclass(frozen=True)
class Neighbour:
    """A community, and how many members it shares."""

    name: str
    url: str
    hue: int | None
    shared: int


# What the person may join or ask to join and has neither joined nor muted.
CANDIDATES = """
  candidate AS (
    SELECT s.id, s.name, s.category, s.tags, s.purpose, s.member_count FROM spaces_space s
    WHERE s.kind = 'community' AND s.access <> 'secret' AND s.archived_at IS NULL AND NOT s.is_everyone
      AND NOT EXISTS (SELECT 1 FROM spaces_membership m WHERE m.space_id = s.id AND m.person_id = %(me)s)
      AND NOT EXISTS (SELECT 1 FROM spaces_subscription u WHERE u.space_id = s.id AND u.person_id = %(me)s)
  ), mine AS (
    SELECT m.space_id, s.name FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id
    WHERE m.person_id = %(me)s AND NOT s.is_everyone AND s.kind = 'community' AND s.member_count < %(large)s
  )"""

BY_INTEREST = f"""
WITH {CANDIDATES}
SELECT DISTINCT ON (c.id) c.id, subject.label, c.member_count AS n FROM candidate c
  JOIN people_subject subject ON subject.person_id = %(me)s AND (
    lower(subject.label) = ANY (SELECT lower(t) FROM unnest(c.tags) t)
    OR to_tsvector('simple', lower(c.name || ' ' || c.category || ' ' || c.purpose))
       @@ plainto_tsquery('simple', lower(subject.label)))
ORDER BY c.id, length(subject.label) DESC LIMIT 50"""

BY_COLLEAGUES = f"""
WITH {CANDIDATES}
SELECT c.id, count(*) AS n FROM candidate c
  JOIN spaces_membership m ON m.space_id = c.id
  JOIN people_person p ON p.id = m.person_id AND p.state = 'active' AND p.department = %(department)s
WHERE c.member_count < %(large)s GROUP BY c.id HAVING count(*) >= %(least)s ORDER BY n DESC LIMIT 10"""

BY_NEIGHBOURHOOD = f"""
WITH {CANDIDATES}, near AS (
  SELECT theirs.space_id, mine.name, count(*) AS n FROM mine
    JOIN spaces_membership fellow ON fellow.space_id = mine.space_id
    JOIN people_person p ON p.id = fellow.person_id AND p.state = 'active'
    JOIN spaces_membership theirs ON theirs.person_id = fellow.person_id AND theirs.space_id <> mine.space_id
  WHERE fellow.person_id <> %(me)s AND theirs.space_id IN (SELECT id FROM candidate WHERE member_count < %(large)s)
  GROUP BY theirs.space_id, mine.name HAVING count(*) >= %(least)s
)
SELECT DISTINCT ON (space_id) space_id AS id, name AS label, n FROM near ORDER BY space_id, n DESC, name"""

NEIGHBOURS = """
SELECT s.id, s.name, s.slug, s.hue, count(*) AS n FROM spaces_membership here
  JOIN people_person p ON p.id = here.person_id AND p.state = 'active'
  JOIN spaces_membership there ON there.person_id = here.person_id AND there.space_id <> here.space_id
  JOIN spaces_space s ON s.id = there.space_id AND s.kind = 'community' AND NOT s.is_everyone
    AND s.archived_at IS NULL AND s.member_count < %(large)s
WHERE here.space_id = %(space)s AND (s.access <> 'secret' OR EXISTS (
    SELECT 1 FROM spaces_membership own WHERE own.space_id = s.id AND own.person_id = %(me)s))
GROUP BY s.id HAVING count(*) >= %(least)s ORDER BY n DESC, s.id LIMIT 5"""


def suggest(person: Person, *, limit: int = 3) -> list[Suggestion]:
    """Communities the person might like, each with its reason; three queries at most, secret ones never."""
    params = {"me": person.id, "least": LEAST, "large": TOO_LARGE, "department": person.department}
    found: dict[int, str] = {}
    for row in sorted(read(BY_INTEREST, params), key=lambda row: -row.n):
        found.setdefault(row.id, _("Because you're interested in “%(subject)s”") % {"subject": row.label})
    if person.department and len(found) < limit:
        for row in read(BY_COLLEAGUES, params):
            found.setdefault(
                row.id, _("Because %(n)s colleagues of your department are there") % {"n": row.n}
            )
    if len(found) < limit:
        for row in neighbours_of_mine(person):
            found.setdefault(row.space_id, row.why)
    return [Suggestion(key, why) for key, why in list(found.items())[:limit]]


def neighbours_of_mine(person: Person) -> list[Suggestion]:
    """Communities that share at least five members with one of the person's, most shared first. One query."""
    params = {"me": person.id, "least": LEAST, "large": TOO_LARGE}
    rows = sorted(read(BY_NEIGHBOURHOOD, params), key=lambda row: (-row.n, row.id))
    return [
        Suggestion(
            row.id,
            _("Because you belong to %(space)s: %(n)s members in common") % {"space": row.label, "n": row.n},
        )
        for row in rows
    ]


def neighbours_of(space: Space, person: Person) -> list[Neighbour]:
    """Communities that share at least five members with a space, most shared first. One query."""
    params = {"space": space.id, "me": person.id, "least": LEAST, "large": TOO_LARGE}
    return [
        Neighbour(row.name, f"/c/{row.slug}/", row.hue or None, row.n) for row in read(NEIGHBOURS, params)
    ]
