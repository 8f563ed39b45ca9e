"""The index of the search, a cache: one row for each contribution and each reply, written with them.

Not here: how a text becomes words (the database's functions, migration 0007) and finding (parvis.search).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from parvis.contributions.kinds import kinds_with_words, words_of
from parvis.contributions.models import Contribution, Entry, Reply, ReplyState
from parvis.kernel.db import read

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = "id, contribution_id, is_reply, space_id, audience, kind, author_id, at, words"
# (Only what changed is written: an index of words is dear to move.)
KEEP = """
ON CONFLICT (id) DO UPDATE SET words = excluded.words, at = excluded.at, kind = excluded.kind,
  contribution_id = excluded.contribution_id, space_id = excluded.space_id, audience = excluded.audience"""

CONTRIBUTIONS = f"""
INSERT INTO contributions_entry ({COLUMNS})
SELECT c.id, c.id, false, c.space_id, c.audience, c.kind, c.author_id, coalesce(c.published_at, c.created_at),
  contributions_words(c.id, c.author_id, c.kind, c.language, coalesce(%(title)s, c.title),
    (SELECT coalesce(string_agg(t.label, ' '), '') FROM contributions_tag t WHERE t.contribution_id = c.id),
    coalesce(%(text)s, b.text, ''))
FROM contributions_contribution c LEFT JOIN contributions_body b ON b.contribution_id = c.id
WHERE c.id = ANY(%(ids)s) AND NOT c.card ? 'shared'  -- what a share shows is found itself
{KEEP}"""

REPLIES = f"""
INSERT INTO contributions_entry ({COLUMNS})
SELECT r.id, r.contribution_id, true, r.space_id, r.audience, c.kind, r.author_id, r.created_at,
  contributions_words(r.id, r.author_id, c.kind, c.language, '', '', r.text)
FROM contributions_reply r JOIN contributions_contribution c ON c.id = r.contribution_id
WHERE r.id = ANY(%(ids)s) AND r.state = 'published' AND NOT c.card ? 'shared'
{KEEP}"""

DATE = """
UPDATE contributions_entry e SET at = c.published_at FROM contributions_contribution c
WHERE c.id = e.contribution_id AND NOT e.is_reply AND e.at <> c.published_at
  AND (c.id = %(id)s OR c.part_of_id = %(id)s) AND c.published_at IS NOT NULL"""

ASTRAY = """
SELECT e.id FROM contributions_entry e LEFT JOIN contributions_reply r ON r.id = e.id
WHERE e.is_reply AND (r.id IS NULL OR r.state <> 'published' OR r.contribution_id <> e.contribution_id)
UNION ALL SELECT c.id FROM contributions_contribution c LEFT JOIN contributions_entry e ON e.id = c.id
WHERE e.id IS NULL AND NOT c.card ? 'shared'
UNION ALL SELECT r.id FROM contributions_reply r JOIN contributions_contribution c ON c.id = r.contribution_id
  LEFT JOIN contributions_entry e ON e.id = r.id
WHERE e.id IS NULL AND r.state = 'published' AND NOT c.card ? 'shared'"""


def index(contribution: Contribution) -> None:
    """Writes what a contribution is found by, in the running transaction; its kind may say other words than its text."""
    words = words_of(contribution)
    title, text = words if words is not None else (None, None)
    read(CONTRIBUTIONS, {"ids": [contribution.id], "title": title, "text": text})


def index_replies(ids: Iterable[int]) -> None:
    """The same for replies; those that aren't published are found no more."""
    keys = list(ids)
    hidden = ~Q(state=ReplyState.PUBLISHED)
    Entry.objects.filter(id__in=Reply.objects.filter(hidden, id__in=keys).values("id")).delete()
    read(REPLIES, {"ids": keys})


def index_reply(reply: Reply) -> None:
    """The same for one reply that is published."""
    read(REPLIES, {"ids": [reply.id]})


def forget_reply(reply: Reply) -> None:
    """A reply that is hidden or removed is found no more."""
    Entry.objects.filter(id=reply.id).delete()


def redate(contribution: Contribution) -> None:
    """Dates what has come out of a draft, and its parts, by the day it was published."""
    read(DATE, {"id": contribution.id})


def rebuild(ids: Iterable[int]) -> int:
    """Writes the rows of these contributions and replies anew, from what they say now. Returns how many were asked."""
    keys = list(ids)
    told = Contribution.objects.filter(id__in=keys, kind__in=kinds_with_words())
    own = {row.id for row in told if _indexed(row)}
    read(CONTRIBUTIONS, {"ids": [key for key in keys if key not in own], "title": None, "text": None})
    index_replies(keys)
    gone = Entry.objects.filter(id__in=keys, is_reply=True).exclude(
        id__in=Reply.objects.filter(id__in=keys).values("id")
    )
    gone.delete()
    return len(keys)


def _indexed(row: Contribution) -> bool:
    index(row)
    return True


def astray() -> list[int]:
    """Keys whose row is missing, or shouldn't be there: what `doctor` writes anew."""
    return [row.id for row in read(ASTRAY)]
