"""Reads of the feeds: a shelf by pages, one item, sources with their state. Not here: how they look (showing).

What a reader may see stands inside each query: one's own shelf, the shelves of the communities one reads. A shelf
costs an index range for each source, whatever the sources have gathered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound
from parvis.kernel.pagination import Cursor
from parvis.kernel.words import fold
from parvis.tools.feeds.models import Item

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

PAGE = 30
ROUNDS = 5  # times one page looks further back when what it found is hidden: a page costs no more, whatever is muted
FURTHER = 4 * PAGE  # articles looked through in each of them but the first
LETTERS = "newsletter:"  # begins the address of a source whose articles come by mail
_LAST = Cursor(datetime(9999, 1, 1, tzinfo=UTC), 2**62)

MINE = "SELECT b.source_id FROM feeds_subscription b WHERE b.person_id = %(me)s AND NOT b.is_muted"
OF_SPACE = "SELECT b.source_id FROM feeds_subscription b WHERE b.space_id = %(space)s"
OF_MY_SPACES = """SELECT b.source_id FROM spaces_membership m JOIN feeds_subscription b ON b.space_id = m.space_id
    JOIN spaces_spacetool t ON t.space_id = b.space_id AND t.slug = 'feeds' WHERE m.person_id = %(me)s"""
MUTED = "SELECT b.source_id FROM feeds_subscription b WHERE b.person_id = %(me)s AND b.is_muted"
EVERYWHERE = f"({MINE} UNION {OF_MY_SPACES}) EXCEPT {MUTED}"

# Where a source may be read by this person: on their shelf, or on that of a community they may read.
READABLE = """EXISTS (SELECT 1 FROM feeds_subscription b WHERE b.source_id = {source} AND b.person_id = %(me)s)
  OR EXISTS (SELECT 1 FROM feeds_subscription b JOIN spaces_space s ON s.id = b.space_id
    JOIN spaces_spacetool t ON t.space_id = b.space_id AND t.slug = 'feeds'
    WHERE b.source_id = {source} AND (s.audience = 0
      OR b.space_id IN (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s)))"""

UNREAD = """AND NOT EXISTS (SELECT 1 FROM feeds_mark k WHERE k.item_id = i.id AND k.person_id = %(me)s)
      AND i.found_at > coalesce((SELECT u.until FROM feeds_readuntil u
        WHERE u.source_id = i.source_id AND u.person_id = %(me)s), '-infinity')"""

BROUGHT = """(SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.display_name, 'person', p.id::text,
      'space', s.name, 'id', c.id::text) ORDER BY g.at), '[]')
    FROM feeds_bringing g JOIN contributions_contribution c ON c.id = g.contribution_id
      JOIN people_person p ON p.id = g.person_id JOIN spaces_space s ON s.id = g.space_id
    WHERE g.item_id IN (SELECT j.id FROM feeds_item j WHERE j.twin = i.twin) AND c.state = 'published' AND c.kind = ANY(%(kinds)s) AND (g.audience = 0
      OR g.audience = 1 AND g.space_id IN (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s)))"""

PICTURES = """(SELECT coalesce(jsonb_object_agg(p.number, jsonb_build_array(p.width, p.height)), '{}')
    FROM feeds_picture p WHERE p.item_id = i.id AND p.sha256 <> '')"""

COLUMNS = f"""i.id, i.url, i.title, i.author, i.excerpt, i.at, o.id AS source_id, o.title AS source, o.site_url, o.url AS source_url,
  NOT (TRUE {UNREAD}) AS is_read, {BROUGHT} AS brought"""

NOT_TWIN = """NOT EXISTS (SELECT 1 FROM feeds_item j JOIN shelf ON shelf.source_id = j.source_id
    WHERE j.twin = i.twin AND (j.at, j.id) > (i.at, i.id))"""
# A word counts where it begins, as for alerts: "foot" hides "football", "rte" doesn't hide "porte".
NOT_MUTED = """NOT EXISTS (SELECT 1 FROM feeds_word w WHERE w.person_id = %(me)s AND w.is_mute
    AND position(' ' || w.folded IN ' ' || regexp_replace(i.folded, '[^[:alnum:]]+', ' ', 'g')) > 0)"""

NEWEST = """
WITH shelf AS MATERIALIZED ({shelf}),
picked AS MATERIALIZED (
  SELECT n.id, n.at FROM shelf CROSS JOIN LATERAL (
    SELECT i.id, i.at FROM feeds_item i WHERE i.source_id = shelf.source_id AND (i.at, i.id) < (%(at)s, %(id)s) {filters}
    ORDER BY i.at DESC, i.id DESC LIMIT %(limit)s) n
  ORDER BY n.at DESC, n.id DESC LIMIT %(limit)s)
SELECT {columns}, {not_twin} AND {not_muted} AS is_shown
FROM picked JOIN feeds_item i ON i.id = picked.id JOIN feeds_source o ON o.id = i.source_id
ORDER BY i.at DESC, i.id DESC"""

FIND = """
WITH shelf AS MATERIALIZED ({shelf}),
picked AS MATERIALIZED (
  SELECT i.id FROM feeds_item i JOIN shelf ON shelf.source_id = i.source_id
  WHERE i.search @@ to_tsquery('simple', %(query)s) AND (i.at, i.id) < (%(at)s, %(id)s)
  ORDER BY i.at DESC, i.id DESC LIMIT %(limit)s)
SELECT {columns}, {not_twin} AND {not_muted} AS is_shown
FROM picked JOIN feeds_item i ON i.id = picked.id JOIN feeds_source o ON o.id = i.source_id
ORDER BY i.at DESC, i.id DESC"""

ONE = f"SELECT {COLUMNS}, i.html, {PICTURES} AS pictures FROM feeds_item i JOIN feeds_source o ON o.id = i.source_id WHERE i.id = %(id)s AND ({READABLE.format(source='i.source_id')})"

SOURCES = """
SELECT o.id, o.url, o.site_url, o.title, o.description, o.trouble, o.fetched_at, b.is_muted, b.is_at_home,
  (SELECT max(i.at) FROM feeds_item i WHERE i.source_id = o.id) AS last_at,
  EXISTS (SELECT 1 FROM feeds_letterbox l WHERE l.source_id = o.id) AS has_box
FROM feeds_subscription b JOIN feeds_source o ON o.id = b.source_id WHERE {where} ORDER BY lower(o.title), o.id"""

# The feeds of communities open to everybody: what the network reads in public.
DIRECTORY = """
SELECT o.id, o.url, o.site_url, o.title, o.description, o.trouble,
  array_agg(s.name ORDER BY s.name) AS spaces,
  EXISTS (SELECT 1 FROM feeds_subscription x WHERE x.source_id = o.id AND x.person_id = %(me)s) AS is_mine
FROM feeds_source o JOIN feeds_subscription b ON b.source_id = o.id
  JOIN spaces_space s ON s.id = b.space_id AND s.audience = 0 AND s.archived_at IS NULL
  JOIN spaces_spacetool t ON t.space_id = s.id AND t.slug = 'feeds'
WHERE o.url NOT LIKE 'newsletter:%%'
GROUP BY o.id ORDER BY lower(o.title), o.id LIMIT 500"""


@dataclass(frozen=True)
class Asked:
    """What of a shelf is wanted: `source` alone, `is_unread` only, with these `words` (or any of them)."""

    source: int | None = None
    is_unread: bool = False
    query: str = ""
    cursor: Cursor | None = None


def shelf_page(
    viewer: Person, asked: Asked, space: Space | None = None, *, is_own: bool = False
) -> tuple[list[Any], Cursor | None]:
    """One page of a community's shelf, of one's own, or of all of them; and where the next begins.

    One query; one more, up to ROUNDS in all, while articles that are hidden (muted words, twins) leave room. A page
    comes out short only when so many in a row are hidden, and then still says where to go on.
    """
    shelf = OF_SPACE if space else MINE if is_own else EVERYWHERE
    if asked.source:
        every = OF_SPACE if space else f"({MINE} UNION {OF_MY_SPACES} UNION {MUTED})"
        shelf = f"SELECT x.source_id FROM ({every}) x WHERE x.source_id = %(source)s"
    given = {
        "me": viewer.id, "space": space.id if space else 0, "source": asked.source, "query": asked.query,
        "kinds": installed_kinds(),
    }  # fmt: skip
    text = (FIND if asked.query else NEWEST).format(
        shelf=shelf,
        filters=UNREAD if asked.is_unread else "",
        columns=COLUMNS,
        not_twin=NOT_TWIN,
        not_muted=NOT_MUTED,
    )
    given = {key: value for key, value in given.items() if f"%({key})s" in text}
    shown: list[Any] = []
    start, limit = asked.cursor or _LAST, PAGE + 1
    for _round in range(ROUNDS):
        rows = read(text, {**given, "at": start.at, "id": start.id, "limit": limit})
        shown += [row for row in rows if row.is_shown]
        if len(shown) > PAGE:
            return shown[:PAGE], Cursor(shown[PAGE - 1].at, shown[PAGE - 1].id)
        if len(rows) < limit:
            return shown, None
        start, limit = Cursor(rows[-1].at, rows[-1].id), FURTHER
    return shown, start


def query_of(typed: str) -> str:
    """The words as the database searches them: all of them, the last one perhaps unfinished."""
    words = re.findall(r"\w+", fold(typed))[:8]
    return " & ".join([f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"]) if words else ""


def watched_query(words: list[str]) -> str:
    """Any of the words that somebody watches."""
    return " | ".join(f"({found})" for word in words if (found := query_of(word)))


def read_one(item_id: int, viewer: Person) -> Any:
    """An item to read, with who brought it where. Raises NotFound for one that isn't on a shelf they see. One query."""
    rows = read(ONE, {"me": viewer.id, "id": item_id, "kinds": installed_kinds()})
    if not rows:
        raise NotFound
    return rows[0]


def find_item(item_id: int, viewer: Person) -> Item:
    """The same as a row to write on. Raises NotFound."""
    read_one(item_id, viewer)
    return Item.objects.select_related("source").get(id=item_id)


def sources_of(viewer: Person, space: Space | None = None) -> list[Any]:
    """The sources of a shelf with their state. One query."""
    if space is not None:
        return read(SOURCES.format(where="b.space_id = %(space)s"), {"space": space.id})
    return read(SOURCES.format(where="b.person_id = %(me)s"), {"me": viewer.id})


def shelf_sources(viewer: Person, space: Space | None = None, *, everywhere: bool = False) -> list[int]:
    """Keys of the sources on a shelf, muted ones included unless `everywhere`."""
    if everywhere:
        return [row.source_id for row in read(EVERYWHERE, {"me": viewer.id})]
    return [row.id for row in sources_of(viewer, space)]


def directory(viewer: Person) -> list[Any]:
    """The sources of open communities, and whether each is on one's own shelf. One query."""
    return read(DIRECTORY, {"me": viewer.id})
