"""What the streams ask of the database: what happened since, who listens where, who may hear it. One statement each.

Not here: who is connected (live.streams), how it is said (live.wire).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from parvis.attention.visible import readable_sql, visible_sql, visible_values
from parvis.kernel.db import read
from parvis.live.models import What

KEPT_IN_MEMORY = 10_000  # events that a page may resume from; older ones make it ask everything anew

# Those whose transaction the snapshot before couldn't see, in an order in which none depends on a later one. Keys are
# made before a transaction ends, so they tell nothing of the order: transactions and snapshots do.
NEW = f"""
WITH now AS (SELECT pg_current_snapshot() AS upto)
SELECT now.upto::text AS upto, e.id, e.what, e.transaction, e.horizon, e.space_id, e.thing_id, e.people, e.at,
  ARRAY(SELECT t.word FROM contributions_tag t WHERE e.what = {What.POST.value} AND t.contribution_id = e.thing_id AND t.audience = 0
    ) AS words
FROM now LEFT JOIN live_event e ON {{since}}
ORDER BY e.transaction, e.id"""
AFTER_SNAPSHOT = (
    "e.transaction >= pg_snapshot_xmin(%(after)s::pg_snapshot)::text::bigint"
    " AND NOT pg_visible_in_snapshot(e.transaction::text::xid8, %(after)s::pg_snapshot)"
)
NEWEST = "e.id IN (SELECT id FROM live_event ORDER BY transaction DESC LIMIT %(limit)s)"

LISTENERS = """
SELECT s.session_key, s.person_id,
  ARRAY(SELECT m.space_id FROM spaces_membership m WHERE m.person_id = s.person_id) AS memberships,
  ARRAY(SELECT b.space_id FROM spaces_subscription b WHERE b.person_id = s.person_id AND b.level > 0) AS sources,
  ARRAY(SELECT f.word FROM contributions_tagfollow f WHERE f.person_id = s.person_id) AS words
FROM accounts_session s JOIN people_person p ON p.id = s.person_id AND p.state = 'active'
WHERE s.session_key = ANY(%(keys)s) AND s.expire_date > now()"""

# As pages ask it: the session runs, the account is open, the thing may be read. What a bell says of no thing is looked
# for among the newest notices, as their person may still see them.
MAY_HEAR = f"""
SELECT t.number
FROM unnest(%(numbers)s::int[], %(sessions)s::text[], %(people)s::bigint[], %(whats)s::int[], %(spaces)s::bigint[],
    %(things)s::bigint[]) AS t (number, session_key, person_id, what, space_id, thing_id)
  JOIN accounts_session s ON s.session_key = t.session_key AND s.person_id = t.person_id AND s.expire_date > now()
  JOIN people_person p ON p.id = t.person_id AND p.state = 'active'
WHERE CASE
  WHEN t.what = {What.SEEN.value} THEN true
  WHEN t.thing_id IS NOT NULL THEN EXISTS (
    SELECT 1 FROM contributions_contribution c WHERE c.id = t.thing_id AND {readable_sql("c", "p.id")})
  ELSE EXISTS (
    SELECT 1 FROM (SELECT * FROM attention_notice a WHERE a.person_id = p.id ORDER BY a.id DESC LIMIT 50) n
    WHERE n.contribution_id IS NULL AND n.space_id IS NOT DISTINCT FROM t.space_id AND {visible_sql("n")}) END"""


@dataclass(frozen=True, slots=True)
class Happened:
    """A stored event as the process keeps it."""

    id: UUID
    what: int
    transaction: int
    horizon: int
    space_id: int | None
    thing_id: int | None
    people: frozenset[int]
    at: datetime
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listener:
    """Whose session this is, where they belong, and what comes into their stream: known in memory from then on."""

    session_key: str
    person_id: int
    memberships: frozenset[int] = frozenset()
    sources: frozenset[int] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading found, and the snapshot from which the next one goes on."""

    upto: str
    events: list[Happened] = field(default_factory=list)


def read_new(after: str) -> Reading:
    """Events that the snapshot `after` couldn't see yet; "": the newest stored ones. Each is given by one reading."""
    since = AFTER_SNAPSHOT if after else NEWEST
    rows = read(NEW.format(since=since), {"after": after, "limit": KEPT_IN_MEMORY})
    found = [
        Happened(
            row.id, row.what, row.transaction, row.horizon, row.space_id, row.thing_id,
            frozenset(row.people), row.at, frozenset(row.words),
        )
        for row in rows
        if row.id is not None
    ]  # fmt: skip
    return Reading(rows[0].upto, found)


def find_listeners(keys: Iterable[str]) -> dict[str, Listener]:
    """Who these sessions belong to, of those that still open something, by session."""
    rows = read(LISTENERS, {"keys": list(keys)})
    return {
        row.session_key: Listener(
            row.session_key, row.person_id, frozenset(row.memberships), frozenset(row.sources), frozenset(row.words)
        )
        for row in rows
    }  # fmt: skip


def may_hear(asked: Sequence[tuple[str, int, Happened]]) -> set[int]:
    """Of (session, person, event): the places in the list of those that may be said now."""
    if not asked:
        return set()
    rows = read(
        MAY_HEAR,
        {
            **visible_values(),
            "numbers": list(range(len(asked))),
            "sessions": [session for session, _person, _event in asked],
            "people": [person for _session, person, _event in asked],
            "whats": [event.what for _session, _person, event in asked],
            "spaces": [event.space_id for _session, _person, event in asked],
            "things": [event.thing_id for _session, _person, event in asked],
        },
    )
    return {row.number for row in rows}
