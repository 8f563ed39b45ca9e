"""The streams: home, one space, a tag, a person. Direct SQL over the spine, bounded by construction.

Not here: how a row is drawn (toolkit.cards). The measurements behind the shape are in docs/performance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.pagination import Cursor

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

PAGE = 20
ORDERS = {"date": "published_at", "activity": "last_activity_at"}
LATEST = Cursor(datetime.fromisoformat("9999-12-31T00:00:00+00:00"), 2**63 - 1)

COLUMNS = """
  c.id, c.kind, c.space_id, c.author_id, c.title, c.excerpt, c.card, c.language, c.version, c.audience,
  c.published_at, c.last_activity_at, c.edited_at, c.reply_count, c.reaction_counts, c.are_replies_open,
  p.display_name AS author_name, p.photo AS author_photo, s.name AS space_name, s.slug AS space_slug,
  s.kind AS space_kind, s.theme AS space_theme, s.access AS space_access,
  (SELECT r.name FROM contributions_reaction r
    WHERE r.contribution_id = c.id AND r.reply_id IS NULL AND r.person_id = %(me)s) AS my_reaction,
  EXISTS (SELECT 1 FROM contributions_bookmark b
    WHERE b.contribution_id = c.id AND b.person_id = %(me)s) AS is_saved,
  rm.read_until,
  CASE WHEN rm.read_until < c.last_activity_at THEN (SELECT count(*) FROM contributions_reply y
    WHERE y.contribution_id = c.id AND y.created_at > rm.read_until AND y.state = 'published'
      AND y.author_id <> %(me)s) ELSE 0 END AS unread_count"""

JOINED = """
  JOIN contributions_contribution c ON c.id = picked.id
  JOIN people_person p ON p.id = c.author_id
  JOIN spaces_space s ON s.id = c.space_id
  LEFT JOIN contributions_readmark rm ON rm.contribution_id = c.id AND rm.person_id = %(me)s"""

# One page's worth from each source by its own index, then the newest of them all: the cost is bounded by the
# number of sources, however empty they are (a plain IN sub-query took 1,168 ms for the member of an empty one).
# A source that its reader may no longer read gives none: its cards would take the room of others before they are left out.
# Followed tags add what everybody may read outside those sources: the newest 200 of each tag, keys being times.
HOME = """
WITH sources AS (
  SELECT sub.space_id, sub.level FROM spaces_subscription sub JOIN spaces_space place ON place.id = sub.space_id
  WHERE sub.person_id = %(me)s AND sub.level > 0 AND (place.audience = 0 OR EXISTS (
    SELECT 1 FROM spaces_membership own WHERE own.space_id = sub.space_id AND own.person_id = %(me)s))
), tagged AS (
  SELECT DISTINCT ON (top.id) top.id, top.moment, top.word FROM contributions_tagfollow f CROSS JOIN LATERAL (
    SELECT c.id, c.{order} AS moment, f.word FROM (
      SELECT t.contribution_id AS id FROM contributions_tag t WHERE t.word = f.word AND t.audience = 0
      ORDER BY t.contribution_id DESC LIMIT 200
    ) recent JOIN contributions_contribution c ON c.id = recent.id
    WHERE c.state = 'published' AND c.is_listed AND (c.{order}, c.id) < (%(at)s, %(id)s) {before}
      AND NOT EXISTS (SELECT 1 FROM spaces_subscription s WHERE s.person_id = %(me)s AND s.space_id = c.space_id)
    ORDER BY c.{order} DESC, c.id DESC LIMIT %(limit)s
  ) top WHERE f.person_id = %(me)s
), picked AS MATERIALIZED (
  SELECT * FROM (
    SELECT top.id, top.moment, sources.level, '' AS word FROM sources CROSS JOIN LATERAL (
      SELECT c.id, c.{order} AS moment FROM contributions_contribution c
      WHERE c.space_id = sources.space_id AND c.state = 'published' AND c.is_listed
        AND (c.{order}, c.id) < (%(at)s, %(id)s) {before}
      ORDER BY c.{order} DESC, c.id DESC LIMIT %(limit)s
    ) top
    UNION ALL SELECT tagged.id, tagged.moment, 0, tagged.word FROM tagged
  ) every ORDER BY every.moment DESC, every.id DESC LIMIT %(limit)s
)
SELECT {columns}, picked.level AS source_level, picked.word AS source_word, m.role AS my_role
FROM picked {joined}
  LEFT JOIN spaces_membership m ON m.space_id = c.space_id AND m.person_id = %(me)s
WHERE (c.audience = 0 OR (c.audience = 1 AND m.id IS NOT NULL)) AND c.kind = ANY(%(kinds)s) {filters}
ORDER BY picked.moment DESC, picked.id DESC"""

SPACE = """
WITH picked AS MATERIALIZED (
  SELECT c.id, c.{order} AS moment FROM contributions_contribution c
  WHERE c.space_id = %(space)s AND c.state = 'published' AND c.is_listed
    AND (c.{order}, c.id) < (%(at)s, %(id)s) AND c.kind = ANY(%(kinds)s) {before} {filters}
  ORDER BY c.{order} DESC, c.id DESC LIMIT %(limit)s
)
SELECT {columns}, 1 AS source_level, NULL AS my_role
FROM picked {joined} ORDER BY picked.moment DESC, picked.id DESC"""

TAG = """
WITH picked AS MATERIALIZED (
  SELECT c.id, c.published_at AS moment FROM contributions_tag t
    JOIN contributions_contribution c ON c.id = t.contribution_id
  WHERE t.word = %(word)s AND c.state = 'published' AND c.is_listed AND c.kind = ANY(%(kinds)s)
    AND (c.published_at, c.id) < (%(at)s, %(id)s)
    AND (c.audience = 0 OR c.audience = 1 AND c.space_id IN
         (SELECT m.space_id FROM spaces_membership m WHERE m.person_id = %(me)s))
  ORDER BY c.published_at DESC, c.id DESC LIMIT %(limit)s
)
SELECT {columns}, 1 AS source_level, NULL AS my_role
FROM picked {joined} ORDER BY picked.moment DESC, picked.id DESC"""

PERSON = TAG.replace(
    "contributions_tag t\n    JOIN contributions_contribution c ON c.id = t.contribution_id\n  WHERE t.word = %(word)s",
    "contributions_contribution c\n  WHERE c.author_id = %(author)s AND NOT c.is_imported AND NOT c.card ? 'shared'",
)


@dataclass(frozen=True)
class Row:
    """One card's data; `why` says why it is in this reader's stream."""

    data: Any
    why: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.data, name)

    @property
    def key(self) -> str:
        return encode(self.data.id)


@dataclass(frozen=True)
class Page:
    """A page of a stream and where the next one begins (None at the end)."""

    rows: list[Row]
    next: Cursor | None
    as_of: datetime | None = None


def home(
    person: Person,
    *,
    order: str = "activity",
    after: Cursor | None = None,
    as_of: datetime | None = None,
    kind: str = "",
    theme: str = "",
) -> Page:
    """The newest of all sources the person subscribes to. One query.

    With order "activity" the key moves while one reads: `as_of` freezes it, so no card is shown twice.
    """
    filters, before = _filters(kind, theme), ""
    if as_of is not None:
        before = f"AND c.{ORDERS[order]} <= %(as_of)s"
    limit = PAGE + 1 if not (kind or theme) else 5 * PAGE + 1
    sql = HOME.format(order=ORDERS[order], columns=COLUMNS, joined=JOINED, filters=filters, before=before)
    rows = read(sql, {**_common(person, after, limit), "as_of": as_of, "kind": kind, "theme": theme})
    return _page(rows, order, lambda row: "own" if row.author_id == person.id else _why_home(row))


def of_space(
    space: Space, person: Person, *, order: str = "date", after: Cursor | None = None, kind: str = ""
) -> Page:
    """The stream of one space already found for its reader. One query."""
    filters = "AND c.kind = %(kind)s" if kind else ""
    sql = SPACE.format(order=ORDERS[order], columns=COLUMNS, joined=JOINED, filters=filters, before="")
    rows = read(sql, {**_common(person, after), "space": space.id, "kind": kind})
    return _page(rows, order, lambda row: "")


def of_tag(word: str, person: Person, *, after: Cursor | None = None) -> Page:
    """What the person may read under a tag, newest first. One query."""
    rows = read(TAG.format(columns=COLUMNS, joined=JOINED), {**_common(person, after), "word": word})
    return _page(rows, "date", lambda row: "")


def of_person(author: Person, person: Person, *, after: Cursor | None = None) -> Page:
    """What someone wrote, as far as the reader may see it, newest first. One query."""
    rows = read(
        PERSON.format(columns=COLUMNS, joined=JOINED), {**_common(person, after), "author": author.id}
    )
    return _page(rows, "date", lambda row: "")


# As HOME, by date: from each source and each followed tag at most what the pill can say.
NEWER = """
SELECT newer.id FROM (
  SELECT top.id FROM spaces_subscription sub CROSS JOIN LATERAL (
    SELECT c.id FROM contributions_contribution c{place}
    WHERE c.space_id = sub.space_id AND c.state = 'published' AND c.is_listed AND c.kind = ANY(%(kinds)s)
      AND c.published_at > %(since)s AND c.author_id <> %(me)s AND (c.audience = 0 OR EXISTS (
        SELECT 1 FROM spaces_membership m WHERE m.space_id = c.space_id AND m.person_id = %(me)s)) {filters}
    LIMIT 21) top
  WHERE sub.person_id = %(me)s AND sub.level > 0
  UNION
  SELECT top.id FROM contributions_tagfollow f CROSS JOIN LATERAL (
    SELECT c.id FROM (
      SELECT t.contribution_id AS id FROM contributions_tag t WHERE t.word = f.word AND t.audience = 0
      ORDER BY t.contribution_id DESC LIMIT 200
    ) recent JOIN contributions_contribution c ON c.id = recent.id{place}
    WHERE c.state = 'published' AND c.is_listed AND c.audience = 0 AND c.kind = ANY(%(kinds)s)
      AND c.published_at > %(since)s AND c.author_id <> %(me)s {filters}
      AND NOT EXISTS (SELECT 1 FROM spaces_subscription s WHERE s.person_id = %(me)s AND s.space_id = c.space_id)
    LIMIT 21) top
  WHERE f.person_id = %(me)s
  LIMIT 21) newer"""
NEWER_IN = """
SELECT c.id FROM contributions_contribution c
WHERE c.space_id = %(space)s AND c.state = 'published' AND c.is_listed AND c.kind = ANY(%(kinds)s)
  AND c.published_at > %(since)s AND c.author_id <> %(me)s LIMIT 21"""


def count_newer(person: Person, since: datetime, *, kind: str = "", theme: str = "") -> int:
    """How many cards have come into the home stream since a moment, by others; 21 means "more than 20"."""
    return len(find_newer(person, since, kind=kind, theme=theme))


def find_newer(person: Person, since: datetime, *, kind: str = "", theme: str = "") -> list[int]:
    """The keys of the cards that have come into the home stream since a moment, by others; 21 at most.

    Of what the reader's filters show only; what followed tags bring is among them. One query.
    """
    place = " JOIN spaces_space s ON s.id = c.space_id" if theme else ""
    sql = NEWER.format(place=place, filters=_filters(kind, theme))
    where = {"me": person.id, "since": since, "kinds": installed_kinds(), "kind": kind, "theme": theme}
    return [row.id for row in read(sql, where)]


def find_newer_in(space: Space, person: Person, since: datetime) -> list[int]:
    """The same in one space already found for its reader. One query."""
    where = {"space": space.id, "me": person.id, "since": since, "kinds": installed_kinds()}
    return [row.id for row in read(NEWER_IN, where)]


def _filters(kind: str, theme: str) -> str:
    """The conditions that the reader's filters add."""
    wanted = " AND c.kind = %(kind)s" if kind else ""
    return wanted + (" AND s.theme = %(theme)s AND s.kind = 'community'" if theme else "")


# A pin vanishes at its date, and once its reader has seen it: the mark is their own.
PINNED = """
SELECT pin.contribution_id AS id FROM spaces_membership m JOIN contributions_pin pin ON pin.space_id = m.space_id
WHERE m.person_id = %(me)s AND NOT pin.is_start_here AND (pin.until IS NULL OR pin.until > now())
  AND NOT EXISTS (SELECT 1 FROM contributions_readmark r
    WHERE r.person_id = %(me)s AND r.contribution_id = pin.contribution_id)
ORDER BY pin.created_at DESC LIMIT 3"""


def pinned_for(person: Person) -> list[Row]:
    """What hosts keep on top of the reader's communities, three at most. One query, two when there is something."""
    ids = [row.id for row in read(PINNED, {"me": person.id})]
    return by_ids(ids, person) if ids else []


def by_ids(ids: list[int], person: Person) -> list[Row]:
    """Cards of chosen contributions (pins, bookmarks, search), in the order given; unreadable ones are absent."""
    sql = f"""
    SELECT {COLUMNS}, 1 AS source_level, m.role AS my_role FROM unnest(%(ids)s::bigint[]) AS picked(id) {JOINED}
      LEFT JOIN spaces_membership m ON m.space_id = c.space_id AND m.person_id = %(me)s
    WHERE c.state = 'published' AND c.kind = ANY(%(kinds)s) AND (c.audience = 0 OR m.id IS NOT NULL)"""
    found = {row.id: row for row in read(sql, {"me": person.id, "ids": ids, "kinds": installed_kinds()})}
    return [Row(found[key], "") for key in ids if key in found]


def _common(person: Person, after: Cursor | None, limit: int = PAGE + 1) -> dict[str, Any]:
    start = after or LATEST
    return {"me": person.id, "at": start.at, "id": start.id, "limit": limit, "kinds": installed_kinds()}


def _page(rows: list[Any], order: str, why: Any) -> Page:
    shown = rows[:PAGE]
    more = len(rows) > PAGE
    moment = ORDERS[order]
    following = Cursor(getattr(shown[-1], moment), shown[-1].id) if more and shown else None
    return Page([Row(row, why(row)) for row in shown], following)


def _why_home(row: Any) -> str:
    if row.source_word:
        return f"tag:{row.source_word}"
    if row.space_kind == "personal":
        return "person"
    return "member" if row.my_role else "followed"
