"""What has already been said about a title being typed. Not here: the search page (web.search)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.words import keywords

if TYPE_CHECKING:
    from parvis.people.models import Person

SIMILAR = """
SELECT c.id, c.title, c.reply_count, s.name AS space_name FROM contributions_contribution c
  JOIN contributions_entry e ON e.id = c.id JOIN spaces_space s ON s.id = c.space_id
WHERE e.words @@ to_tsquery('simple', %(query)s) AND c.state = 'published' AND c.title <> ''
  AND (c.audience = 0 OR c.audience = 1 AND c.space_id IN
       (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s))
ORDER BY ts_rank(e.words, to_tsquery('simple', %(query)s)) DESC, c.id DESC LIMIT 4"""


def similar_to(title: str, viewer: Person) -> list[dict[str, Any]]:
    """Up to four published contributions whose text shares words with a title being typed. One query."""
    words = keywords(title[:200], limit=6)
    if not words:
        return []
    rows = read(SIMILAR, {"query": " | ".join(words), "me": viewer.id})
    return [
        {
            "title": row.title,
            "url": f"/go/{encode(row.id)}/",
            "replies": row.reply_count,
            "space": row.space_name,
        }
        for row in rows
    ]
