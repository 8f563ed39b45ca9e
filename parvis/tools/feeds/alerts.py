"""Telling people of new items with a word they watch. Not here: keeping the words (actions)."""

from __future__ import annotations

from parvis.journal.actions import record
from parvis.kernel.db import SYSTEM, read

# A word counts where it begins: "frein" finds "freins". Only on shelves of one's own, muted sources left out.
FOUND = r"""
SELECT w.person_id FROM feeds_item i
  JOIN feeds_subscription b ON b.source_id = i.source_id
  LEFT JOIN spaces_membership m ON m.space_id = b.space_id
  JOIN feeds_word w ON w.person_id = COALESCE(b.person_id, m.person_id) AND NOT w.is_mute
WHERE i.id = ANY(%(items)s) AND NOT b.is_muted
  AND position(' ' || w.folded IN ' ' || regexp_replace(i.folded, '[^[:alnum:]]+', ' ', 'g')) > 0
GROUP BY w.person_id"""


def tell(items: list[int]) -> None:
    """One notice for each person who watches a word of these items; their page shows which."""
    for row in read(FOUND, {"items": items}):
        record(
            "watched", thing_kind="person", thing_id=row.person_id, by=SYSTEM, audience=2,
            payload={"tell": {str(row.person_id): "feed_word"}},
        )  # fmt: skip
