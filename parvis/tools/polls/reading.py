"""Reads of polls: one or those inside a contribution, the lists, who voted what. Not here: who sees a result (showing).

Every read is of a space or a contribution already found for its reader by the gate, or filtered by membership.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.contributions.models import WAITING, State
from parvis.contributions.stream import LATEST, PAGE
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.pagination import Cursor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_NAMED = 1000  # people listed with what they chose
MOST_OPEN = 100  # polls of all one's communities

# Sums are counted from the votes of a named poll; of a secret one they are what was kept at its closing.
POLLS = """
SELECT c.id, c.title, c.language, c.state, c.author_id, c.part_of_id, b.method, b.points, b.is_secret, b.may_change,
  b.closes_at, b.closed_at, b.voters, p.results, p.may_add, p.outcome_html, p.outcome_at,
  o.display_name AS outcome_by,
  EXISTS (SELECT 1 FROM ballots_participation t WHERE t.box_id = b.contribution_id AND t.person_id = %(me)s) AS has_voted,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', h.id::text, 'text', h.text, 'added_by', a.display_name,
      'mine', (SELECT v.value FROM ballots_vote v WHERE v.choice_id = h.id AND v.person_id = %(me)s),
      'begins', h.begins_at, 'over', h.over_at, 'first', h.first_on, 'last', h.last_on,
      'total', CASE WHEN b.is_secret THEN h.total ELSE coalesce(n.total, 0) END,
      'people', CASE WHEN b.is_secret THEN h.people ELSE coalesce(n.people, 0) END
    ) ORDER BY h.position, h.id), '[]')
    FROM ballots_choice h LEFT JOIN people_person a ON a.id = h.added_by_id
      LEFT JOIN LATERAL (SELECT count(*) AS people, sum(CASE WHEN b.method = 'ranking' THEN greatest(
          (SELECT count(*) FROM ballots_choice k WHERE k.box_id = b.contribution_id) - v.value, 0) ELSE v.value END) AS total
        FROM ballots_vote v WHERE v.choice_id = h.id) n ON true
    WHERE h.box_id = b.contribution_id) AS choices,
  (SELECT jsonb_agg(to_jsonb(x) ORDER BY x.is_mine DESC, x.sort_key, x.id) FROM (
    SELECT w.id::text AS id, w.display_name AS name, w.sort_key, w.id = %(me)s AS is_mine,
      (SELECT coalesce(jsonb_object_agg(v.choice_id::text, v.value), '{}') FROM ballots_vote v
        WHERE v.box_id = b.contribution_id AND v.person_id = w.id) AS said
    FROM ballots_participation t JOIN people_person w ON w.id = t.person_id
    WHERE t.box_id = b.contribution_id AND b.method = 'approval' AND NOT b.is_secret
    ORDER BY w.id = %(me)s DESC, w.sort_key, w.id LIMIT 100) x) AS grid
FROM contributions_contribution c JOIN ballots_box b ON b.contribution_id = c.id
  JOIN polls_poll p ON p.contribution_id = c.id LEFT JOIN people_person o ON o.id = p.outcome_by_id
"""

ONE = POLLS + "WHERE c.id = %(id)s"

INSIDE = POLLS + "WHERE c.part_of_id = %(id)s AND c.kind = 'poll' AND c.state = %(state)s ORDER BY c.id"

LINE = """c.id, c.title, c.language, c.author_id, c.published_at, c.reply_count, p.display_name AS author_name,
  p.photo AS author_photo, b.is_secret, b.closes_at, b.closed_at, b.voters, l.outcome_at IS NOT NULL AS is_decided,
  c.part_of_id, EXISTS (SELECT 1 FROM ballots_participation t
    WHERE t.box_id = b.contribution_id AND t.person_id = %(me)s) AS has_voted"""

OPEN = "(b.closed_at IS NULL AND (b.closes_at IS NULL OR b.closes_at > %(now)s))"

LIST = """
SELECT {line} FROM contributions_contribution c JOIN ballots_box b ON b.contribution_id = c.id
  JOIN polls_poll l ON l.contribution_id = c.id JOIN people_person p ON p.id = c.author_id
WHERE c.space_id = %(space)s AND c.state = 'published' AND c.kind = 'poll' AND {which}
  AND (c.published_at, c.id) < (%(at)s, %(id)s)
ORDER BY c.published_at DESC, c.id DESC LIMIT %(limit)s"""

# Those of the reader's own communities; the few boxes still open are found by their index.
OWN = f"""
SELECT {LINE}, s.name AS space_name FROM ballots_box b
  JOIN contributions_contribution c ON c.id = b.contribution_id
  JOIN polls_poll l ON l.contribution_id = c.id JOIN people_person p ON p.id = c.author_id
  JOIN spaces_space s ON s.id = c.space_id
  JOIN spaces_membership m ON m.space_id = c.space_id AND m.person_id = %(me)s
  JOIN spaces_spacetool w ON w.space_id = c.space_id AND w.slug = 'polls'
WHERE {OPEN} AND c.state = 'published' AND c.kind = 'poll' AND s.archived_at IS NULL {{which}}
ORDER BY b.closes_at NULLS LAST, c.published_at DESC, c.id DESC LIMIT %(limit)s"""

UNANSWERED = """AND NOT EXISTS (SELECT 1 FROM ballots_participation t
  WHERE t.box_id = b.contribution_id AND t.person_id = %(me)s)"""

VOTERS = """
SELECT p.id AS author_id, p.display_name AS author_name, p.photo AS author_photo,
  coalesce(jsonb_agg(jsonb_build_object('text', h.text, 'value', v.value) ORDER BY
    CASE WHEN b.method = 'ranking' THEN v.value ELSE -v.value END, h.position, h.id)
    FILTER (WHERE h.id IS NOT NULL), '[]') AS said
FROM ballots_participation t JOIN ballots_box b ON b.contribution_id = t.box_id AND NOT b.is_secret
  JOIN people_person p ON p.id = t.person_id
  LEFT JOIN ballots_vote v ON v.box_id = t.box_id AND v.person_id = t.person_id
  LEFT JOIN ballots_choice h ON h.id = v.choice_id
WHERE t.box_id = %(id)s GROUP BY p.id, p.display_name, p.photo, p.sort_key
ORDER BY p.sort_key, p.id LIMIT %(limit)s"""


def read_poll(contribution: Contribution, viewer: Person) -> Any | None:
    """A poll with its choices, and what the reader said of them. One query."""
    rows = read(ONE, {"id": contribution.id, "me": viewer.id})
    return rows[0] if rows else None


def polls_inside(contribution: Contribution, viewer: Person) -> list[Any]:
    """The polls that stand in a contribution; in one that waits, which its author reads, those that wait with it. One query."""
    waits = contribution.state in WAITING and contribution.author_id == viewer.id
    state = State.DRAFT if waits else State.PUBLISHED
    return read(INSIDE, {"id": contribution.id, "me": viewer.id, "state": str(state)})


def list_polls(
    space: Space, viewer: Person, *, closed: bool, after: Cursor | None = None
) -> tuple[list[Any], Cursor | None]:
    """A page of a community's polls, open or closed, newest first, and where the next page begins. One query."""
    at = after or LATEST
    asked = {
        "space": space.id,
        "me": viewer.id,
        "now": clock.now(),
        "at": at.at,
        "id": at.id,
        "limit": PAGE + 1,
    }
    rows = read(LIST.format(line=LINE, which=f"NOT {OPEN}" if closed else OPEN), asked)
    shown = rows[:PAGE]
    following = Cursor(shown[-1].published_at, shown[-1].id) if len(rows) > PAGE else None
    return shown, following


def open_polls(viewer: Person, *, unanswered: bool = False, limit: int = MOST_OPEN) -> list[Any]:
    """The open polls of a person's communities, those that close first on top. One query."""
    sql = OWN.format(which=UNANSWERED if unanswered else "")
    return read(sql, {"me": viewer.id, "now": clock.now(), "limit": limit})


def voters_of(contribution: Contribution, *, limit: int = MOST_NAMED) -> Sequence[Any]:
    """Who voted what in a named poll, by name; nothing of a secret one, which holds no such thing. One query."""
    return read(VOTERS, {"id": contribution.id, "limit": limit})
