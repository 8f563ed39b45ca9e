"""Finding a space by its address for a reader, with where the reader stands, in one query. Not here: lists."""

from __future__ import annotations

from parvis.access.roles import Place, Role, roles
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceKind

FIELDS = [field.attname for field in Space._meta.concrete_fields]

FIND = f"""
SELECT {", ".join(f"s.{name}" for name in FIELDS)}, m.id IS NOT NULL AS is_member, m.role AS my_role,
       m.host_until_on AS my_host_until, m.charter_version AS my_charter,
       (SELECT u.level FROM spaces_subscription u WHERE u.space_id = s.id AND u.person_id = %(me)s) AS my_level,
       (SELECT coalesce(array_agg(t.slug), '{{}}') FROM spaces_spacetool t WHERE t.space_id = s.id) AS switched_on
FROM spaces_space s LEFT JOIN spaces_membership m ON m.space_id = s.id AND m.person_id = %(me)s
WHERE s.slug = %(slug)s"""


def find_space(slug: str, person: Person | None) -> tuple[Space, Place, list[str]]:
    """The space, where the person stands in it, and the slugs of its tools. Raises NotFound when it isn't theirs to know."""
    if person is None:
        raise NotFound
    rows = read(FIND, {"me": person.id, "slug": slug})
    if not rows:
        raise NotFound
    row = rows[0]
    space = Space.from_db("default", FIELDS, row[: len(FIELDS)])
    place = Place(row.is_member, row.my_role, row.my_host_until)
    if Role.SEER not in roles(person, space, place=place) or space.kind == SpaceKind.EXCHANGE:
        raise NotFound  # an exchange has no pages of a community: its one thing is read by its own address
    space.my_level = row.my_level  # type: ignore[attr-defined]
    space.my_charter = row.my_charter  # type: ignore[attr-defined]
    return space, place, row.switched_on
