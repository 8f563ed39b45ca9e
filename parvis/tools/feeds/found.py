"""Articles of a reader's own shelves among what a search finds. Not here: the shelf's own search (reading)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.contributions.kinds import installed_kinds
from parvis.contributions.stream import LATEST
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.toolkit.spec import Shelved
from parvis.tools.feeds.reading import COLUMNS, EVERYWHERE, FIND, NOT_MUTED, NOT_TWIN, query_of

if TYPE_CHECKING:
    from parvis.people.models import Person

LOOKED_AT = 3  # times what is shown: some are muted, or twins


def search(words: str, viewer: Person, limit: int) -> list[Shelved]:
    """The newest articles with all the words, on shelves that the viewer keeps or shares. One query, none without words."""
    query = query_of(words)
    if not query:
        return []
    sql = FIND.format(shelf=EVERYWHERE, columns=COLUMNS, not_twin=NOT_TWIN, not_muted=NOT_MUTED)
    given = {
        "me": viewer.id, "query": query, "kinds": installed_kinds(), "at": LATEST.at, "id": LATEST.id, "limit": LOOKED_AT * limit,
    }  # fmt: skip
    rows = [row for row in read(sql, given) if row.is_shown]
    return [
        Shelved(row.title, f"/feeds/items/{encode(row.id)}/", row.excerpt, row.source, "rss", row.at)
        for row in rows[:limit]
    ]
