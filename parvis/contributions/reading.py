"""Reads of one contribution and of its replies, by a person. Not here: streams (stream), threads (thread)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from parvis.access.roles import Place, Role, roles
from parvis.contributions.kinds import installed_kinds
from parvis.contributions.models import Body, Contribution, Reply, State
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound
from parvis.people.models import Person
from parvis.spaces.models import Level, Space


def _fields(model: type[Model], *without: str) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname not in without]


PARTS: list[tuple[str, type[Model], list[str]]] = [
    ("c", Contribution, _fields(Contribution)),
    ("p", Person, _fields(Person)),
    ("s", Space, _fields(Space)),
    ("b", Body, _fields(Body)),
]

# One prepared statement for the hottest page: what is read, where, by whom, and the reader's own marks on it.
# The rule of who may read is the same sentence as ContributionQuerySet.visible_to (a test holds them together).
FIND = f"""
SELECT {", ".join(f"{alias}.{name} AS {alias}_{name}" for alias, _model, names in PARTS for name in names)},
  m.role AS my_role, m.host_until_on AS my_host_until, m.id IS NOT NULL AS is_member,
  EXISTS (SELECT 1 FROM contributions_reader r WHERE r.contribution_id = c.id AND r.person_id = %(me)s) AS is_reader,
  (SELECT r.name FROM contributions_reaction r
    WHERE r.contribution_id = c.id AND r.reply_id IS NULL AND r.person_id = %(me)s) AS my_reaction,
  EXISTS (SELECT 1 FROM contributions_bookmark k WHERE k.contribution_id = c.id AND k.person_id = %(me)s) AS is_saved,
  (SELECT f.level FROM contributions_follow f WHERE f.contribution_id = c.id AND f.person_id = %(me)s) AS my_level,
  (SELECT d.read_until FROM contributions_readmark d
    WHERE d.contribution_id = c.id AND d.person_id = %(me)s) AS read_until,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('word', t.word, 'label', t.label) ORDER BY t.word), '[]')
    FROM contributions_tag t WHERE t.contribution_id = c.id) AS tags
FROM contributions_contribution c
  JOIN people_person p ON p.id = c.author_id
  JOIN spaces_space s ON s.id = c.space_id
  LEFT JOIN contributions_body b ON b.contribution_id = c.id
  LEFT JOIN spaces_membership m ON m.space_id = c.space_id AND m.person_id = %(me)s
WHERE c.id = %(id)s AND c.kind = ANY(%(kinds)s)"""


@dataclass(frozen=True)
class Marks:
    """A reader's own marks on a contribution."""

    own_reaction: str | None = None
    is_saved: bool = False
    level: int = Level.NORMAL
    read_until: datetime | None = None


def find_contribution(contribution_id: int, person: Person | None) -> Contribution:
    """The contribution with its author, space, text and the reader's marks, if the person may read it. One query.

    Hosts also reach what they hid, to judge it again. Raises NotFound in every other case.
    """
    if person is None:
        raise NotFound
    rows = read(FIND, {"me": person.id, "id": contribution_id, "kinds": installed_kinds()})
    if not rows:
        raise NotFound
    found, place = _built(rows[0])
    held = found.held = roles(person, found, place=place)
    if Role.READER not in held or (found.state == State.REMOVED and Role.AUTHOR not in held):
        raise NotFound
    if "shared" in found.card:
        _require_original(found.card["shared"], person)
    return found


def _require_original(original_id: int, person: Person) -> None:
    """A share is there only for those who may read what it shows. Raises NotFound otherwise."""
    if not find_contribution(original_id, person).is_published:
        raise NotFound


def _built(row: Any) -> tuple[Contribution, Place]:
    built: list[Any] = []
    start = 0
    for _alias, model, names in PARTS:
        values = row[start : start + len(names)]
        built.append(model.from_db("default", names, values) if values[0] is not None else None)
        start += len(names)
    found, author, space, body = built
    found.author, found.space = author, space
    if body is not None:
        found.body = body
    level = Level.NORMAL if row.my_level is None else row.my_level
    found.marks = Marks(row.my_reaction, row.is_saved, level, row.read_until)
    found.tag_rows = row.tags
    return found, Place(row.is_member, row.my_role, row.my_host_until, is_named_reader=row.is_reader)


def find_reply(contribution: Contribution, reply_id: int) -> Reply:
    """A reply of a contribution already found for its reader. Raises NotFound."""
    reply = contribution.replies.select_related("author", "parent").filter(id=reply_id).first()
    if reply is None:
        raise NotFound
    reply.contribution = contribution
    return reply
