"""Reads of shares: where something may be shared, where it is. Not here: dropping cards of vanished originals
(toolkit.cards) and pages of them (contributions.reading), which every share goes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.spaces.models import Audience, Space

if TYPE_CHECKING:
    from parvis.people.models import Person

# A place may show it when each of its members also belongs to where it stands; written as "no member who doesn't".
PLACES = """
SELECT t.id, t.name, t.slug,
  EXISTS (SELECT 1 FROM contributions_contribution c JOIN shares_share h ON h.contribution_id = c.id
    WHERE h.original_id = %(original)s AND c.space_id = t.id AND c.state = 'published') AS is_there,
  %(is_open)s OR NOT EXISTS (
    SELECT 1 FROM spaces_membership m WHERE m.space_id = t.id AND NOT EXISTS (
      SELECT 1 FROM spaces_membership o WHERE o.space_id = %(space)s AND o.person_id = m.person_id)) AS may_all_read
FROM spaces_space t JOIN spaces_membership mine ON mine.space_id = t.id AND mine.person_id = %(me)s
WHERE t.kind = 'community' AND t.archived_at IS NULL AND t.id <> %(space)s
  AND (t.posting = 'members' OR mine.role = 'host' AND coalesce(mine.host_until_on >= %(today)s, true))
ORDER BY t.is_everyone, t.name"""


@dataclass(frozen=True)
class Place:
    """One of the reader's communities, and whether the thing may be shown there."""

    name: str
    slug: str
    is_there: bool
    may_all_read: bool


def places_for(original: Contribution, viewer: Person) -> list[Place]:
    """The communities where the reader may post, other than its own. One query."""
    is_open = original.space_audience == Audience.EVERYBODY
    asked = {"original": original.id, "space": original.space_id, "me": viewer.id, "is_open": is_open}
    rows = read(PLACES, {**asked, "today": clock.today()})
    return [Place(row.name, row.slug, row.is_there, row.may_all_read) for row in rows]


def may_all_read(original: Contribution, to: Space) -> bool:
    """Whether everybody who belongs to a space may read a published contribution already."""
    if original.space_audience == Audience.EVERYBODY:
        return True
    inside = original.space.memberships.values("person_id")
    return not to.memberships.exclude(person_id__in=inside).exists()


def shown_in(original: Contribution, viewer: Person) -> list[Space]:
    """The communities in which it is shared, of those whose shares this reader may read. One query."""
    shares = Contribution.objects.visible_to(viewer).filter(share__original=original, state=State.PUBLISHED)
    return list(
        Space.objects.visible_to(viewer).filter(id__in=shares.values("space_id")).order_by("name")[:12]
    )
