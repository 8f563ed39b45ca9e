"""Telling people of new items with a word they watch. Not here: keeping the words (actions)."""

from __future__ import annotations

from parvis.journal.actions import record
from parvis.kernel.db import SYSTEM, read

# A word counts where it begins: "frein" finds "freins". Only what the person's own page would show: from their shelf
# or a community's where feeds are on, of a source they haven't muted, without a word they muted.
FOUND = r"""
WITH came AS (SELECT id, source_id, ' ' || regexp_replace(folded, '[^[:alnum:]]+', ' ', 'g') AS words
  FROM feeds_item WHERE id = ANY(%(items)s))
SELECT w.person_id FROM came i
  JOIN feeds_subscription b ON b.source_id = i.source_id
  LEFT JOIN spaces_membership m ON m.space_id = b.space_id
  JOIN feeds_word w ON w.person_id = COALESCE(b.person_id, m.person_id) AND NOT w.is_mute
WHERE position(' ' || w.folded IN i.words) > 0
  AND (b.space_id IS NULL OR EXISTS (SELECT 1 FROM spaces_spacetool t WHERE t.space_id = b.space_id AND t.slug = 'feeds'))
  AND NOT EXISTS (SELECT 1 FROM feeds_subscription o
    WHERE o.source_id = i.source_id AND o.person_id = w.person_id AND o.is_muted)
  AND NOT EXISTS (SELECT 1 FROM feeds_word x
    WHERE x.person_id = w.person_id AND x.is_mute AND position(' ' || x.folded IN i.words) > 0)
GROUP BY w.person_id"""


def tell(items: list[int]) -> None:
    """One notice for each person who watches a word of these items; their page shows which."""
    for row in read(FOUND, {"items": items}):
        record(
            "watched", thing_kind="person", thing_id=row.person_id, by=SYSTEM, audience=2,
            payload={"tell": {str(row.person_id): "feed_word"}},
        )  # fmt: skip
