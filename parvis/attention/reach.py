"""How many people something published in a place will reach, and how. Not here: telling them (attention.delivering)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel.db import read
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.toolkit.formats import number

REACH = """
SELECT count(*) FILTER (WHERE s.level = 2 AND coalesce(r.is_on, true)) AS at_once,
       count(*) FILTER (WHERE s.level = 1 OR s.level = 2 AND NOT coalesce(r.is_on, true)) AS later
FROM spaces_subscription s
  JOIN spaces_space sp ON sp.id = s.space_id
  JOIN people_person p ON p.id = s.person_id AND p.state = 'active'
  LEFT JOIN attention_rule r ON r.person_id = p.id AND r.category = 'new'
WHERE s.space_id = %(space)s AND p.id <> %(me)s AND (sp.audience = 0 OR EXISTS (
  SELECT 1 FROM spaces_membership m WHERE m.person_id = p.id AND m.space_id = s.space_id))
"""


@dataclass(frozen=True)
class Reach:
    """Other people than the writer: told by the bell at once, and those who find it in their stream or digest."""

    at_once: int
    later: int


def reach_of(space: Space, *, by: Person) -> Reach:
    """Whom something published there now would reach, besides who is named in it. One prepared statement."""
    (row,) = read(REACH, {"space": space.id, "me": by.id})
    return Reach(row.at_once, row.later)


def sentence_of(reach: Reach) -> str:
    """The same in words, before the button."""
    later = ngettext(
        "%(n)s person will find it on their home page or in their digest.",
        "%(n)s people will find it on their home page or in their digest.",
        reach.later,
    ) % {"n": number(reach.later)}
    if not reach.at_once:
        return later if reach.later else _("Nobody else follows this place yet.")
    told = ngettext(
        "%(n)s person will be told at once.", "%(n)s people will be told at once.", reach.at_once
    ) % {"n": number(reach.at_once)}
    return f"{told} {later}" if reach.later else told
