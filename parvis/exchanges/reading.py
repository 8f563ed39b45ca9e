"""What a person reads of private exchanges: their own list, who is in one. Not here: one exchange's texts (the spine)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parvis.contributions.models import Contribution
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.people.models import Person, names_of
from parvis.spaces.models import Level, Membership

PAGE = 30

# From the reader's own memberships: nobody else's exchanges are even looked at.
LIST = """
SELECT c.id, c.title, c.author_id, last.text, last.author_id AS last_author_id,
  coalesce(last.created_at, c.published_at) AS moment, b.text AS first_text, coalesce(f.level, 1) AS level,
  (SELECT count(*) FROM (SELECT 1 FROM contributions_reply n WHERE n.contribution_id = c.id AND n.state = 'published'
     AND n.author_id <> %(me)s AND (d.read_until IS NULL OR n.created_at > d.read_until) LIMIT 100) unread)
   + CASE WHEN d.read_until IS NULL AND c.author_id <> %(me)s THEN 1 ELSE 0 END AS unread,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id::text, 'name', p.display_name, 'photo', p.photo)
     ORDER BY x.joined_at, x.id), '[]') FROM spaces_membership x JOIN people_person p ON p.id = x.person_id
     WHERE x.space_id = c.space_id AND x.person_id <> %(me)s) AS others
FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id AND s.kind = 'exchange'
  JOIN contributions_contribution c ON c.space_id = s.id AND c.kind = 'exchange' AND c.state = 'published'
  LEFT JOIN contributions_body b ON b.contribution_id = c.id
  LEFT JOIN contributions_follow f ON f.contribution_id = c.id AND f.person_id = %(me)s
  LEFT JOIN contributions_readmark d ON d.contribution_id = c.id AND d.person_id = %(me)s
  LEFT JOIN LATERAL (SELECT r.text, r.author_id, r.created_at FROM contributions_reply r
    WHERE r.contribution_id = c.id AND r.state = 'published' ORDER BY r.created_at DESC, r.id DESC LIMIT 1) last ON true
WHERE m.person_id = %(me)s ORDER BY moment DESC, c.id DESC OFFSET %(skip)s LIMIT %(limit)s"""


@dataclass(frozen=True)
class Face:
    """Somebody in an exchange, as lists show them."""

    id13: str
    name: str
    photo_url: str

    @property
    def url(self) -> str:
        return f"/people/{self.id13}/"


@dataclass(frozen=True)
class Line:
    """One exchange in its reader's list."""

    title: str
    url: str
    others: list[Face]
    words: str
    is_own: bool  # whether the last words are the reader's
    at: datetime
    unread: int
    is_muted: bool

    @property
    def names(self) -> str:
        return ", ".join(face.name for face in self.others)


def list_exchanges(person: Person, *, page: int = 1) -> tuple[list[Line], bool]:
    """A page of the person's exchanges, the liveliest first, and whether more follow. One query, two with mentions."""
    rows = read(LIST, {"me": person.id, "skip": (page - 1) * PAGE, "limit": PAGE + 1})
    texts = [row.text or row.first_text or "" for row in rows]
    named = {key for text in texts if "@" in text for key in mentions_in_text(text)}
    names = names_of(named) if named else {}
    lines = [
        _line(row, fill_names_in_text(excerpt(text, 140), names), person)
        for row, text in zip(rows, texts, strict=True)
    ]
    return lines[:PAGE], len(rows) > PAGE


def _line(row: Any, words: str, person: Person) -> Line:
    return Line(
        title=row.title,
        url=f"/exchanges/{encode(row.id)}/",
        others=[_face(one) for one in row.others],
        words=words,
        is_own=(row.last_author_id or row.author_id) == person.id,
        at=row.moment,
        unread=row.unread,
        is_muted=row.level == Level.MUTED,
    )


def _face(one: dict[str, str]) -> Face:
    key = encode(int(one["id"]))
    return Face(key, one["name"], f"/people/{key}/photo/{one['photo'][:12]}" if one["photo"] else "")


def people_in(contribution: Contribution) -> list[Person]:
    """Who reads an exchange, in the order in which they came. One query."""
    rows = Membership.objects.filter(space=contribution.space_id).select_related("person")
    return [row.person for row in rows.order_by("joined_at", "id")]
