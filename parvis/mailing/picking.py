"""What a digest is made of: what is for its reader first, then what moved where they are. Nothing read or mailed twice.

Reads notices and the spine, names no tool. Why these and in which order: docs/decisions/digests.md. Not here: how much of
each may be said (mailing.levels) and the letter (mailing.letters).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from parvis.attention.classes import classes
from parvis.attention.models import Notice
from parvis.attention.reading import Line, lines_of
from parvis.attention.visible import readable_sql
from parvis.contributions.kinds import installed_kinds
from parvis.contributions.models import Contribution
from parvis.kernel.db import read
from parvis.kernel.ids import decode
from parvis.mailing.due import RHYTHM
from parvis.toolkit.notices import FOR_YOU

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST = 10  # things in a digest
ENOUGH = 3  # new things without which nothing is sent, unless something is for the reader
FROM_ONE_PLACE = 3  # of what moved, so that one lively community doesn't fill the letter
BACK = timedelta(days=14)  # how far a digest looks back
LOOKED_AT = 30  # newest of each place

# Of each notice's place the reader's own rhythm, else their general one.
WAITING = f"""
SELECT n.id FROM attention_notice n LEFT JOIN mailing_habit h ON h.person_id = n.person_id
  LEFT JOIN mailing_placerhythm r ON r.person_id = n.person_id AND r.space_id = n.space_id
WHERE n.person_id = %(me)s AND n.seen_at IS NULL AND n.mailed_at IS NULL AND n.created_at > %(since)s
  AND coalesce(r.rhythm, {RHYTHM}) = ANY(%(rhythms)s) ORDER BY n.id DESC LIMIT 100"""

# The newest of each place by the stream's own index, then only what this reader has neither read nor been mailed.
MOVED = f"""
WITH sources AS (
  SELECT sub.space_id, sub.level FROM spaces_subscription sub
    JOIN spaces_space s ON s.id = sub.space_id
    LEFT JOIN mailing_habit h ON h.person_id = sub.person_id
    LEFT JOIN mailing_placerhythm r ON r.person_id = sub.person_id AND r.space_id = sub.space_id
  WHERE sub.person_id = %(me)s AND sub.level > 0 AND s.archived_at IS NULL
    AND coalesce(r.rhythm, {RHYTHM}) = ANY(%(rhythms)s)
), recent AS (
  SELECT c.*, sources.level AS place_level, greatest(%(since)s, rm.read_until, ml.until) AS told_until,
    rm.read_until IS NULL AND ml.until IS NULL AND c.published_at > %(since)s AND c.author_id <> %(me)s AS is_new,
    coalesce(f.level, 1) AS own_level
  FROM sources CROSS JOIN LATERAL (
    SELECT c.id, c.kind, c.space_id, c.space_audience, c.audience, c.state, c.author_id, c.card, c.published_at,
      c.last_activity_at, c.reaction_counts
    FROM contributions_contribution c WHERE c.space_id = sources.space_id AND c.state = 'published' AND c.is_listed
      AND NOT c.is_imported AND c.last_activity_at > %(since)s
    ORDER BY c.last_activity_at DESC, c.id DESC LIMIT {LOOKED_AT}
  ) c
  LEFT JOIN contributions_readmark rm ON rm.contribution_id = c.id AND rm.person_id = %(me)s
  LEFT JOIN mailing_mailed ml ON ml.contribution_id = c.id AND ml.person_id = %(me)s
  LEFT JOIN contributions_follow f ON f.contribution_id = c.id AND f.person_id = %(me)s
)
SELECT c.id, c.space_id, c.author_id, c.is_new, c.place_level, c.own_level, c.last_activity_at, c.reaction_counts,
  said.replies, said.voices, said.last_id
FROM recent c CROSS JOIN LATERAL (
  SELECT count(*) AS replies, count(DISTINCT y.author_id) AS voices, max(y.id) AS last_id FROM contributions_reply y
  WHERE y.contribution_id = c.id AND y.created_at > c.told_until AND y.state = 'published' AND y.author_id <> %(me)s
) said
WHERE c.own_level > 0 AND (c.is_new OR said.replies > 0) AND {readable_sql("c", "%(me)s::bigint")}"""


@dataclass(frozen=True)
class ForYou:
    """A line of the bell that is for the reader, and the contribution it speaks of, if any."""

    line: Line
    notice: Notice
    contribution: Contribution | None


@dataclass(frozen=True)
class Moved:
    """Something that moved where the reader is: new, or answered `replies` times since they knew of it."""

    contribution: Contribution
    is_new: bool
    replies: int
    last_reply: int | None


@dataclass(frozen=True)
class Picked:
    """What a digest may tell: at most ten things, and which notices it deals with; `has_more` is there to be read."""

    for_you: tuple[ForYou, ...] = ()
    moved: tuple[Moved, ...] = ()
    notices: tuple[int, ...] = ()
    has_more: bool = False

    @property
    def is_enough(self) -> bool:
        return bool(self.for_you) or len(self.moved) >= ENOUGH


def pick(person: Person, rhythms: Sequence[str], now: datetime) -> Picked:
    """What waits for this person at this moment, as they may see it now. A fixed number of statements."""
    values = {"me": person.id, "rhythms": [*rhythms], "since": now - BACK}
    waiting = [row.id for row in read(WAITING, values)]
    mine = _for_you(waiting, person)
    known = {one.contribution.id for one in mine if one.contribution is not None}
    rows = [row for row in read(MOVED, values | {"kinds": installed_kinds()}) if row.id not in known]
    best = _spread(sorted(rows, key=_weight, reverse=True))
    shown = mine[:MOST]
    room = best[: MOST - len(shown)]
    found = _things((row.id for row in room), person)
    moved = [Moved(found[row.id], row.is_new, row.replies, row.last_id) for row in room if row.id in found]
    told = [key for key in waiting if key not in {one.notice.id for one in mine[MOST:]}]
    return Picked(tuple(shown), tuple(moved), tuple(told), len(mine) + len(rows) > len(shown) + len(moved))


def _for_you(waiting: Sequence[int], person: Person) -> list[ForYou]:
    """What is said to the reader, or asked of them by name; what is merely new somewhere comes with the rest."""
    personal = {one.slug for one in classes() if one.level == FOR_YOU or one.insists}
    rows = {row.id: row for row in Notice.objects.filter(id__in=waiting, category__in=personal)}
    return for_you(list(rows.values()), person)


def for_you(rows: Sequence[Notice], person: Person) -> list[ForYou]:
    """Notices as their person may see them now, newest first, with what each speaks of."""
    by_key = {row.id: row for row in rows}
    lines = [(line, by_key[decode(line.key)]) for line in lines_of(rows, person)]
    found = _things((row.contribution_id for _line, row in lines if row.contribution_id), person)
    pairs = [ForYou(line, row, found.get(row.contribution_id or 0)) for line, row in lines]
    return [one for one in pairs if one.contribution is not None or one.notice.contribution_id is None]


def _things(keys: Iterable[int], person: Person) -> dict[int, Contribution]:
    rows = (
        Contribution.objects.visible_to(person)
        .filter(id__in=[*keys])
        .select_related("author", "space", "body")
    )
    return {row.id: row for row in rows}


def _weight(row: Any) -> tuple[int, datetime]:
    """How much a thing mattered: followed closely, new, answered by several people, thanked for. Then the newest."""
    reactions = sum((row.reaction_counts or {}).values())
    points = 3 * (row.own_level > 1) + 2 * (row.place_level > 1) + 2 * row.is_new
    return points + min(row.voices, 5) + min(reactions, 6) // 2, row.last_activity_at


def _spread(rows: Sequence[Any]) -> list[Any]:
    """The same order, what comes too often from one place put last."""
    seen: Counter[int] = Counter()
    first: list[Any] = []
    rest: list[Any] = []
    for row in rows:
        seen[row.space_id] += 1
        (first if seen[row.space_id] <= FROM_ONE_PLACE else rest).append(row)
    return first + rest
