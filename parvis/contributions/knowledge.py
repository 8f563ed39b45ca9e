"""Who writes about what: the tags on texts that a reader may see. Not here: what people declare (people.directory)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parvis.people.models import Person

# Bounded: of a tag used everywhere the latest few thousand uses tell enough.
WRITERS = """
SELECT c.author_id AS person_id, w.n AS word, min(picked.label) AS label, count(*) AS count
FROM unnest(%(words)s::text[]) WITH ORDINALITY AS w(word, n)
  CROSS JOIN LATERAL (
    SELECT t.contribution_id, t.label FROM contributions_tag t
    WHERE t.word IN (w.word, w.word || 's', w.word || 'x') LIMIT 3000) picked
  JOIN contributions_contribution c ON c.id = picked.contribution_id
WHERE c.state = 'published' AND c.is_listed AND NOT c.is_imported AND c.kind = ANY(%(kinds)s)
  AND (c.audience = 0 OR c.audience = 1 AND c.space_id IN
       (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s))
GROUP BY c.author_id, w.n ORDER BY count DESC, c.author_id LIMIT 300"""


def writers_on(words: Sequence[str], reader: Person) -> list[Any]:
    """Rows (person_id, word: its place from 1, label, count) of who tagged texts with these folded words.

    Counts only what the reader may read, so that a closed community tells nothing. One query.
    """
    if not words:
        return []
    return read(WRITERS, {"words": list(words), "kinds": installed_kinds(), "me": reader.id})
