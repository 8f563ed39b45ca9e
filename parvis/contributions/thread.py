"""Reading the replies under a contribution, a page at a time, in one query. Not here: drawing them (toolkit.threads)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from parvis.contributions.models import Contribution, Side
from parvis.kernel.db import read

if TYPE_CHECKING:
    from parvis.people.models import Person

PAGE = 20  # replies at the first level; each comes with what was answered to it, at most this many
CHILDREN = 50

COLUMNS = """
SELECT r.id, r.parent_id, r.author_id, r.html, r.side, r.state, r.created_at, r.edited_at, r.version,
       r.reaction_counts, p.display_name AS author_name, p.photo AS author_photo,
       (SELECT x.name FROM contributions_reaction x WHERE x.contribution_id = r.contribution_id
         AND x.reply_id = r.id AND x.person_id = %(me)s) AS my_reaction"""

# Removed and hidden replies stay as placeholders only where an answer under them would hang in the air.
THREAD = """
WITH roots AS MATERIALIZED (
  SELECT r.id FROM contributions_reply r
  WHERE r.contribution_id = %(contribution)s AND r.parent_id IS NULL AND (r.state = 'published' OR EXISTS (
    SELECT 1 FROM contributions_reply k WHERE k.parent_id = r.id AND k.state = 'published')){only}
  ORDER BY r.created_at, r.id OFFSET %(skip)s LIMIT %(limit)s
), picked AS (
  SELECT id FROM roots
  UNION ALL
  SELECT k.id FROM roots CROSS JOIN LATERAL (
    SELECT k.id FROM contributions_reply k WHERE k.parent_id = roots.id AND k.state = 'published'
    ORDER BY k.created_at, k.id LIMIT %(children)s) k
)
{columns}
FROM picked JOIN contributions_reply r ON r.id = picked.id JOIN people_person p ON p.id = r.author_id
ORDER BY r.created_at, r.id""".replace("{columns}", COLUMNS)

# One side of a debate: what takes it, and what was answered in its favour with what it answers.
ON_SIDE = """ AND (r.side = %(side)s AND r.state = 'published' OR EXISTS (
    SELECT 1 FROM contributions_reply k WHERE k.parent_id = r.id AND k.state = 'published' AND k.side = %(side)s))"""

ONE = f"""{COLUMNS}
FROM contributions_reply r JOIN people_person p ON p.id = r.author_id
WHERE r.id = %(reply)s AND r.contribution_id = %(contribution)s AND r.state = 'published'"""

TOTALS = """
SELECT t.reply_id, t.name, t.count FROM contributions_total t
WHERE t.contribution_id = %(contribution)s AND (t.reply_id IS NULL OR t.reply_id = ANY(%(replies)s))
ORDER BY t.id"""

PAGES = """
SELECT count(*) FILTER (WHERE r.parent_id IS NULL) AS roots,
       count(*) FILTER (WHERE r.parent_id IS NULL AND r.created_at <= coalesce(%(before)s, r.created_at)) AS seen
FROM contributions_reply r WHERE r.contribution_id = %(contribution)s AND (r.state = 'published' OR
  r.parent_id IS NULL AND EXISTS (SELECT 1 FROM contributions_reply k WHERE k.parent_id = r.id AND k.state = 'published'))
  {only}"""

NEWER = """
SELECT r.id FROM contributions_reply r
WHERE r.contribution_id = %(contribution)s AND r.state = 'published' AND r.author_id <> %(me)s
  AND r.created_at > %(since)s
ORDER BY r.created_at, r.id LIMIT %(most)s"""
MOST_NEWER = 51  # more than fifty is said of so many


@dataclass(frozen=True)
class Thread:
    """One page of replies: first-level rows, their answers by parent, and where the reader stands."""

    roots: list[Any]
    children: dict[int, list[Any]]
    page: int
    pages: int
    read_until: datetime | None
    side: int = Side.NONE  # the side asked for; NONE: all of them

    @property
    def rows(self) -> list[Any]:
        return [*self.roots, *(row for rows in self.children.values() for row in rows)]


def find_newer(contribution: Contribution, person: Person, since: datetime) -> list[int]:
    """The keys of replies by others since a moment, oldest first, of a contribution already found for its reader."""
    where = {"contribution": contribution.id, "me": person.id, "since": since, "most": MOST_NEWER}
    return [row.id for row in read(NEWER, where)]


def read_thread(
    contribution: Contribution,
    person: Person,
    *,
    page: int | None = None,
    around: Any = None,
    side: int = Side.NONE,
) -> Thread:
    """A page of the thread of a contribution already found for its reader. At most two queries.

    Without a page number it opens at the first unread reply, or at the page that holds `around` (a Reply). With a
    side, only first-level replies that take it, or are answered by one that does; `around` is shown whatever its own.
    """
    side = Side.NONE if around is not None else side
    only = ON_SIDE if side else ""
    where = {"contribution": contribution.id, "me": person.id, "side": side}
    read_until = contribution.marks.read_until
    roots, first = contribution.reply_count, 1
    # Replies under replies aren't counted apart: only a thread longer than a page needs to know how many begin one.
    if contribution.reply_count > PAGE or (side and contribution.reply_count):
        before = (
            around.parent.created_at
            if around and around.parent
            else around.created_at
            if around
            else read_until
        )
        position = read(PAGES.format(only=only), {**where, "before": before})[0]
        roots = position.roots
        if around is not None:
            first = max(position.seen - 1, 0) // PAGE + 1
        elif read_until is not None:
            first = min(position.seen, max(roots - 1, 0)) // PAGE + 1
    pages = max((roots + PAGE - 1) // PAGE, 1)
    number = min(max(page or first, 1), pages)
    rows = []
    if contribution.reply_count:
        rows = read(
            THREAD.replace("{only}", only),
            {**where, "skip": (number - 1) * PAGE, "limit": PAGE, "children": CHILDREN},
        )
    children: dict[int, list[Any]] = {}
    for row in rows:
        if row.parent_id is not None:
            children.setdefault(row.parent_id, []).append(row)
    return Thread([row for row in rows if row.parent_id is None], children, number, pages, read_until, side)


def read_one(contribution: Contribution, reply_id: int, person: Person) -> Any:
    """One published reply as the thread shows it, or None. One query."""
    rows = read(ONE, {"reply": reply_id, "contribution": contribution.id, "me": person.id})
    return rows[0] if rows else None


def read_totals(contribution: Contribution, replies: list[int]) -> dict[int | None, dict[str, int]]:
    """Counts that came with an import, of the contribution (None) and of some of its replies. One query."""
    found: dict[int | None, dict[str, int]] = {}
    for row in read(TOTALS, {"contribution": contribution.id, "replies": replies}):
        found.setdefault(row.reply_id, {})[row.name] = row.count
    return found
