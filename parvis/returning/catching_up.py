"""Back after a while: the ten things that mattered, each with its reason, and the rest marked as read on demand.

Not here: the whole of what changed (returning.since).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access.table import require
from parvis.attention.actions import unsee
from parvis.attention.classes import slugs_of_level
from parvis.attention.models import Notice
from parvis.attention.visible import visible_sql, visible_values
from parvis.contributions.kinds import installed_kinds
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import excerpt, fill_names_in_text, mentions_in_text
from parvis.people.models import names_of
from parvis.returning.models import CaughtUp
from parvis.returning.since import ANSWERS, QUOTED, READABLE
from parvis.toolkit.notices import PLACES

if TYPE_CHECKING:
    from parvis.people.models import Person

TEN = 10
MOST_MARKED = 2_000
TAKEN_BACK = timedelta(days=7)

# What speaks to the reader, then what was decided, what hosts keep on top, what others answered and thanked most.
MATTERED = f"""
WITH spaces AS (SELECT sub.space_id FROM spaces_subscription sub WHERE sub.person_id = %(me)s AND sub.level > 0),
told AS (
  SELECT DISTINCT n.contribution_id AS id, 4 AS rank FROM attention_notice n
  WHERE n.person_id = %(me)s AND n.created_at > %(since)s AND n.contribution_id IS NOT NULL
    AND n.category = ANY(%(answers)s) AND {visible_sql("n")}
), decided AS (
  SELECT DISTINCT a.thing_id AS id, 3 AS rank FROM spaces JOIN journal_activity a ON a.space_id = spaces.space_id
  WHERE a.created_at > %(since)s AND a.actor_id <> %(me)s AND a.verb LIKE '%%.concluded'
), pinned AS (
  SELECT b.contribution_id AS id, 2 AS rank FROM spaces JOIN contributions_pin b ON b.space_id = spaces.space_id
  WHERE b.created_at > %(since)s AND b.pinned_by_id <> %(me)s AND (b.until IS NULL OR b.until > %(now)s)
), lively AS (
  SELECT top.id, 1 AS rank FROM spaces CROSS JOIN LATERAL (
    SELECT c.id FROM contributions_contribution c
    WHERE c.space_id = spaces.space_id AND c.published_at > %(since)s AND c.author_id <> %(me)s AND c.state = 'published'
      AND (c.reply_count > 0 OR c.reaction_counts <> '{{}}'::jsonb)
    ORDER BY c.reply_count DESC, c.published_at DESC LIMIT {TEN}) top
), every AS (
  SELECT id, max(rank) AS rank FROM (SELECT * FROM told UNION ALL SELECT * FROM decided UNION ALL SELECT * FROM pinned
    UNION ALL SELECT * FROM lively) found GROUP BY id
)
SELECT c.id, c.kind, c.title, c.excerpt, c.reply_count, c.published_at AS at, c.card ->> 'outcome' AS outcome, every.rank,
  i.name AS space_name, p.display_name AS author_name,
  (SELECT coalesce(sum(value::int), 0) FROM jsonb_each_text(c.reaction_counts)) AS thanks
FROM every JOIN contributions_contribution c ON c.id = every.id JOIN spaces_space i ON i.id = c.space_id
  JOIN people_person p ON p.id = c.author_id
WHERE {READABLE} AND (every.rank <> 3 OR c.card ? 'outcome')
ORDER BY every.rank DESC, c.reply_count + (SELECT coalesce(sum(value::int), 0) FROM jsonb_each_text(c.reaction_counts)) DESC,
  c.published_at DESC LIMIT {TEN}"""

MARK = f"""
WITH rest AS (
  SELECT c.id, (SELECT d.read_until FROM contributions_readmark d WHERE d.person_id = %(me)s AND d.contribution_id = c.id) AS before
  FROM spaces_subscription sub JOIN contributions_contribution c ON c.space_id = sub.space_id
  WHERE sub.person_id = %(me)s AND sub.level > 0 AND c.last_activity_at > %(since)s AND NOT c.id = ANY(%(kept)s::bigint[])
    AND {READABLE} ORDER BY c.last_activity_at DESC LIMIT {MOST_MARKED}
), kept AS (
  INSERT INTO returning_caughtup (person_id, contribution_id, at, before) SELECT %(me)s, id, %(now)s, before FROM rest
  ON CONFLICT (person_id, contribution_id) DO UPDATE SET at = excluded.at, before = excluded.before
)
INSERT INTO contributions_readmark (person_id, contribution_id, read_until) SELECT %(me)s, id, %(now)s FROM rest
ON CONFLICT (person_id, contribution_id) DO UPDATE SET read_until = greatest(contributions_readmark.read_until, %(now)s)
RETURNING contribution_id"""


@dataclass(frozen=True)
class Mattered:
    """One of the ten, and why it is among them."""

    id: int
    title: str
    url: str
    sub: str
    why: str
    icon: str
    at: datetime

    @property
    def key(self) -> str:
        return encode(self.id)


def what_mattered(since: datetime, viewer: Person) -> list[Mattered]:
    """Ten things at most since a moment, as the reader may see them now. Two statements."""
    where = {
        "me": viewer.id,
        "since": since,
        "now": clock.now(),
        "answers": list(ANSWERS),
        **visible_values(),
    }
    rows = read(MATTERED, {**where, "kinds": installed_kinds()})
    texts = [row.title or row.excerpt for row in rows]
    keys = {key for text in texts if "@" in text for key in mentions_in_text(text)}
    names = names_of(keys) if keys else {}
    return [_mattered(row, names) for row in rows]


def _mattered(row: Any, names: dict[int, str]) -> Mattered:
    why, icon = _why(row)
    title = fill_names_in_text(row.title or excerpt(row.excerpt, QUOTED), names)
    sub = f"{row.author_name} · {row.space_name}"
    return Mattered(row.id, title, f"/go/{encode(row.id)}/", sub, why, icon, row.at)


def _why(row: Any) -> tuple[str, str]:
    if row.rank == 4:
        return _("Somebody answered or named you"), "message-circle"
    if row.rank == 3:
        return _("Something was decided"), "gavel"
    if row.rank == 2:
        return _("Hosts keep it on top"), "pin"
    if row.reply_count:
        return ngettext("%(n)s reply", "%(n)s replies", row.reply_count) % {
            "n": row.reply_count
        }, "messages-square"  # fmt: skip
    return ngettext("Thanked once", "Thanked %(n)s times", int(row.thanks)) % {"n": row.thanks}, "hand-heart"


def mark_rest(since: datetime, kept: Collection[int], *, by: Person) -> tuple[datetime, int]:
    """Marks what changed since a moment as read, save those kept, and as seen what the bell says of places alone.

    What speaks to the person stays in the bell. Returns the moment, to take it back by, and how many things.
    """
    require("site.use", by=by)
    now = clock.now()
    where = {"me": by.id, "since": since, "now": now, "kept": list(kept), "kinds": installed_kinds()}
    marked = read(MARK, where)
    rows = Notice.objects.filter(person=by, seen_at=None, category__in=slugs_of_level(PLACES))
    rows.filter(contribution_id__in=[row.contribution_id for row in marked]).update(seen_at=now)
    return now, len(marked)


def take_back(moment: datetime, *, by: Person) -> None:
    """What was marked at that moment is as unread as before."""
    require("site.use", by=by)
    where = {"me": by.id, "at": moment}
    read(
        "UPDATE contributions_readmark d SET read_until = u.before FROM returning_caughtup u WHERE u.person_id = %(me)s "
        "AND u.at = %(at)s AND u.before IS NOT NULL AND d.person_id = %(me)s AND d.contribution_id = u.contribution_id "
        "AND d.read_until = %(at)s RETURNING d.contribution_id",
        where,
    )
    read(
        "DELETE FROM contributions_readmark d USING returning_caughtup u WHERE u.person_id = %(me)s AND u.at = %(at)s "
        "AND u.before IS NULL AND d.person_id = %(me)s AND d.contribution_id = u.contribution_id "
        "AND d.read_until = %(at)s RETURNING d.contribution_id",
        where,
    )
    CaughtUp.objects.filter(person=by, at=moment).delete()
    unsee(moment, by=by)


def forget_old() -> None:
    """What can't be taken back any more is forgotten after a week."""
    CaughtUp.objects.filter(at__lt=clock.now() - TAKEN_BACK).delete()
