"""Reads of the forum: the list of topics, one topic's detail, its ideas, its sides. Not here: replies (the spine).

Every read is of a space or a contribution already found for its reader by the gate; the SQL is prepared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from parvis.contributions.stream import LATEST, ORDERS, PAGE
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.pagination import Cursor
from parvis.kernel.words import keywords
from parvis.tools.forum.models import Mode

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

# A topic that one has never opened calls for attention only while it's fresh.
FRESH = timedelta(days=30)

MOST_IDEAS = 500  # in one brainstorm
IDEAS_A_PAGE = 50

UNREAD = """(rm.read_until IS NULL AND c.author_id <> %(me)s AND c.last_activity_at > %(fresh)s
  OR rm.read_until IS NOT NULL AND EXISTS (SELECT 1 FROM contributions_reply y WHERE y.contribution_id = c.id
    AND y.created_at > rm.read_until AND y.state = 'published' AND y.author_id <> %(me)s))"""

VIEWS = {
    "unread": UNREAD,
    "unanswered": """(c.reply_count = 0 AND t.mode <> 'brainstorm'
      OR t.mode = 'question' AND t.accepted_reply_id IS NULL) AND t.closed_at IS NULL""",
    "decided": "t.outcome_at IS NOT NULL",
    "mine": """(c.author_id = %(me)s OR EXISTS (SELECT 1 FROM contributions_reply y
      WHERE y.contribution_id = c.id AND y.author_id = %(me)s AND y.state = 'published'))""",
}

TOPICS = """
WITH picked AS MATERIALIZED (
  SELECT c.id, c.{order} AS moment FROM contributions_contribution c
    JOIN forum_topic t ON t.contribution_id = c.id
    LEFT JOIN contributions_readmark rm ON rm.contribution_id = c.id AND rm.person_id = %(me)s
  WHERE c.space_id = %(space)s AND c.state = 'published' AND c.is_listed AND c.kind = 'topic'
    AND (c.{order}, c.id) < (%(at)s, %(id)s) {filters}
  ORDER BY c.{order} DESC, c.id DESC LIMIT %(limit)s
)
SELECT c.id, c.title, c.excerpt, c.author_id, c.language, c.published_at, c.last_activity_at, c.reply_count,
  p.display_name AS author_name, p.photo AS author_photo, t.mode, g.name AS category,
  t.accepted_reply_id IS NOT NULL AS is_answered, t.outcome_at IS NOT NULL AS is_decided,
  t.closed_at IS NOT NULL AS is_closed, rm.read_until, {unread} AS is_unread,
  CASE WHEN rm.read_until IS NULL THEN 0 ELSE (SELECT count(*) FROM contributions_reply y
    WHERE y.contribution_id = c.id AND y.created_at > rm.read_until AND y.state = 'published'
      AND y.author_id <> %(me)s) END AS unread_count,
  CASE WHEN t.mode = 'brainstorm' THEN (SELECT count(*) FROM contributions_contribution i
    JOIN forum_idea d ON d.contribution_id = i.id AND d.merged_into_id IS NULL
    WHERE i.part_of_id = c.id AND i.state = 'published') ELSE 0 END AS idea_count
FROM picked JOIN contributions_contribution c ON c.id = picked.id
  JOIN people_person p ON p.id = c.author_id
  JOIN forum_topic t ON t.contribution_id = c.id
  LEFT JOIN forum_category g ON g.id = t.category_id
  LEFT JOIN contributions_readmark rm ON rm.contribution_id = c.id AND rm.person_id = %(me)s
ORDER BY picked.moment DESC, picked.id DESC"""

CATEGORIES = """
SELECT g.id, g.name, (SELECT count(*) FROM forum_topic t JOIN contributions_contribution c ON c.id = t.contribution_id
  WHERE t.category_id = g.id AND c.state = 'published' AND c.is_listed) AS topics
FROM forum_category g WHERE g.space_id = %(space)s ORDER BY g.position, g.id"""

# Words of the latest topics only: the cost doesn't grow with the forum.
TAGS = """
SELECT t.word, max(t.label) AS label, count(*) AS topics FROM (
  SELECT c.id FROM contributions_contribution c
  WHERE c.space_id = %(space)s AND c.state = 'published' AND c.is_listed AND c.kind = 'topic'
  ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 200) latest
JOIN contributions_tag t ON t.contribution_id = latest.id
GROUP BY t.word ORDER BY count(*) DESC, t.word LIMIT 12"""

TOPIC = """
SELECT t.mode, t.accepted_reply_id, t.outcome_html, t.outcome_at, t.closed_at, t.closed_because, t.budget,
  g.id AS category_id, g.name AS category, o.display_name AS outcome_by
FROM forum_topic t LEFT JOIN forum_category g ON g.id = t.category_id LEFT JOIN people_person o ON o.id = t.outcome_by_id
WHERE t.contribution_id = %(id)s"""

SIDES = """
SELECT count(*) FILTER (WHERE side = 1) AS for_count, count(*) FILTER (WHERE side = 2) AS against_count
FROM contributions_reply WHERE contribution_id = %(id)s AND state = 'published'"""

IDEA_ORDERS = {"points": "i.points DESC, c.published_at, c.id", "newest": "c.published_at DESC, c.id DESC"}

# Ideas under a heading stay together, those without one last; within, and among headings, as the reader asked.
IDEA_LINES = """
WITH ranked AS (
  SELECT c.id, i.cluster, row_number() OVER (ORDER BY {order}) AS place
  FROM contributions_contribution c JOIN forum_idea i ON i.contribution_id = c.id
  WHERE c.part_of_id = %(topic)s AND c.state = 'published' AND i.merged_into_id IS NULL
), headed AS (SELECT id, cluster, place, min(place) OVER (PARTITION BY cluster) AS head FROM ranked
), lines AS (SELECT id, row_number() OVER (ORDER BY cluster = '', head, place) AS line FROM headed)"""

IDEAS = """{lines}
SELECT c.id, c.title, c.excerpt, c.language, c.author_id, c.published_at, c.reply_count, c.version,
  p.display_name AS author_name, p.photo AS author_photo, i.cluster, i.points, i.retained_at, i.retained_because,
  coalesce(g.points, 0) AS own_points,
  (SELECT count(*) FROM forum_idea m WHERE m.merged_into_id = c.id) AS merged_count
FROM lines JOIN contributions_contribution c ON c.id = lines.id JOIN forum_idea i ON i.contribution_id = c.id
  JOIN people_person p ON p.id = c.author_id
  LEFT JOIN ballots_points g ON g.option_id = c.id AND g.person_id = %(me)s
WHERE lines.line > %(skip)s AND lines.line <= %(skip)s + %(limit)s
ORDER BY lines.line"""

IDEAS_TOLD = """
SELECT count(*) AS ideas, count(DISTINCT i.cluster) AS groups,
  (SELECT coalesce(sum(g.points), 0) FROM ballots_points g
    WHERE g.budget_id = %(topic)s AND g.person_id = %(me)s) AS spent,
  coalesce(jsonb_agg(jsonb_build_object('id', c.id::text, 'title', c.title, 'language', c.language,
    'because', i.retained_because) ORDER BY i.retained_at, c.id) FILTER (WHERE i.retained_at IS NOT NULL), '[]') AS retained
FROM contributions_contribution c JOIN forum_idea i ON i.contribution_id = c.id
WHERE c.part_of_id = %(topic)s AND c.state = 'published' AND i.merged_into_id IS NULL"""

ALIKE = """
SELECT c.id, c.title, c.reply_count FROM contributions_contribution c JOIN forum_idea i ON i.contribution_id = c.id
  JOIN contributions_entry e ON e.id = c.id
WHERE c.part_of_id = %(topic)s AND c.state = 'published' AND i.merged_into_id IS NULL
  AND e.words @@ to_tsquery('simple', %(query)s)
ORDER BY ts_rank(e.words, to_tsquery('simple', %(query)s)) DESC, c.id DESC LIMIT 4"""

IDEA = """
SELECT i.cluster, i.points, i.retained_at, i.retained_because, i.merged_into_id, coalesce(g.points, 0) AS own_points,
  t.id AS topic_id, t.title AS topic_title, m.title AS merged_title, b.closed_at, b.points AS budget,
  coalesce((SELECT sum(x.points) FROM ballots_points x WHERE x.budget_id = b.contribution_id
    AND x.person_id = %(me)s), 0) AS spent,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.contribution_id::text, 'title', oc.title) ORDER BY oc.id), '[]')
    FROM forum_idea o JOIN contributions_contribution oc ON oc.id = o.contribution_id AND oc.state = 'published'
    WHERE o.merged_into_id = i.contribution_id) AS merged
FROM forum_idea i JOIN contributions_contribution c ON c.id = i.contribution_id
  JOIN contributions_contribution t ON t.id = c.part_of_id
  LEFT JOIN contributions_contribution m ON m.id = i.merged_into_id
  LEFT JOIN ballots_budget b ON b.contribution_id = t.id
  LEFT JOIN ballots_points g ON g.option_id = c.id AND g.person_id = %(me)s
WHERE c.id = %(id)s"""


@dataclass(frozen=True)
class Wanted:
    """What the reader asked of the list; each stands in the address."""

    view: str = ""  # one of VIEWS
    mode: str = ""  # one of Mode
    category: int | None = None
    tag: str = ""
    order: str = "activity"  # or "date"

    @property
    def is_filtered(self) -> bool:
        return bool(self.view or self.mode or self.category or self.tag)


def list_topics(
    space: Space, person: Person, wanted: Wanted, after: Cursor | None = None
) -> tuple[list[Any], Cursor | None]:
    """A page of the topics of a space, and where the next one begins (None at the end). One query."""
    filters = ""
    if wanted.view in VIEWS:
        filters += f" AND {VIEWS[wanted.view]}"
    if wanted.mode in Mode.values:
        filters += " AND t.mode = %(mode)s"
    if wanted.category is not None:
        filters += " AND t.category_id = %(category)s"
    if wanted.tag:
        filters += " AND EXISTS (SELECT 1 FROM contributions_tag k WHERE k.contribution_id = c.id AND k.word = %(tag)s)"
    moment = ORDERS.get(wanted.order, ORDERS["activity"])
    start = after or LATEST
    sql = TOPICS.format(order=moment, filters=filters, unread=UNREAD)
    found = read(
        sql,
        {
            "me": person.id,
            "space": space.id,
            "at": start.at,
            "id": start.id,
            "limit": PAGE + 1,
            "mode": wanted.mode,
            "category": wanted.category,
            "tag": wanted.tag,
            "fresh": clock.now() - FRESH,
        },
    )
    rows = found[:PAGE]
    following = Cursor(getattr(rows[-1], moment), rows[-1].id) if len(found) > PAGE else None
    return rows, following


def categories_of(space: Space) -> list[Any]:
    """The shelves of a space in the hosts' order, with how many topics stand on each. One query."""
    return read(CATEGORIES, {"space": space.id})


def tags_of(space: Space) -> list[Any]:
    """The words most used in the latest topics of a space. One query."""
    return read(TAGS, {"space": space.id})


def read_topic(contribution: Contribution) -> Any:
    """The detail of a topic with the names it shows, or None when the row is missing. One query."""
    rows = read(TOPIC, {"id": contribution.id})
    return rows[0] if rows else None


def count_sides(contribution: Contribution) -> tuple[int, int]:
    """How many published replies are for, and against. One query."""
    row = read(SIDES, {"id": contribution.id})[0]
    return row.for_count, row.against_count


def list_ideas(
    contribution: Contribution,
    person: Person,
    order: str = "points",
    *,
    page: int = 1,
    limit: int = MOST_IDEAS,
) -> list[Any]:
    """A page of the ideas of a brainstorm with the reader's own points, those merged away excepted. One query.

    Ideas of a group stand together, those without one last. Without a limit, all of them.
    """
    sql = IDEAS.format(lines=_lines(order))
    where = {"topic": contribution.id, "me": person.id, "skip": (page - 1) * limit, "limit": limit}
    return read(sql, where)


def page_of_idea(contribution: Contribution, idea_id: int, order: str) -> int:
    """The page of the list on which an idea stands; 1 for one that isn't there. One query."""
    sql = f"{_lines(order)} SELECT line FROM lines WHERE id = %(idea)s"
    rows = read(sql, {"topic": contribution.id, "idea": idea_id})
    return (rows[0].line - 1) // IDEAS_A_PAGE + 1 if rows else 1


def _lines(order: str) -> str:
    return IDEA_LINES.format(order=IDEA_ORDERS.get(order, IDEA_ORDERS["points"]))


def tell_ideas(contribution: Contribution, person: Person) -> Any:
    """How many ideas and groups a brainstorm has, the points its reader gave, and those retained. One query."""
    return read(IDEAS_TOLD, {"topic": contribution.id, "me": person.id})[0]


def ideas_alike(contribution: Contribution, title: str) -> list[Any]:
    """Up to four ideas of a brainstorm that share words with a title being typed. One query, none without words."""
    words = keywords(title[:200], limit=6)
    return read(ALIKE, {"topic": contribution.id, "query": " | ".join(words)}) if words else []


def read_idea(contribution: Contribution, person: Person) -> Any:
    """The detail of an idea with its topic, the reader's points and what was merged into it; None if missing. One query."""
    rows = read(IDEA, {"id": contribution.id, "me": person.id})
    return rows[0] if rows else None
