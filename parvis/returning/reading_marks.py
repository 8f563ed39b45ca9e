"""How far a thread was read, from the replies that stood in view for some seconds. Not here: what stood in view (marks.js)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parvis.access.table import require
from parvis.attention.actions import read_thread
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import read

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST_SHOWN = 1_100  # a page of a thread holds fewer

# The first reply by somebody else that wasn't in view: everything before it is read.
FIRST_UNSHOWN = """
SELECT r.created_at FROM contributions_reply r
WHERE r.contribution_id = %(contribution)s AND r.state = 'published' AND r.author_id <> %(me)s
  AND r.created_at > coalesce((SELECT d.read_until FROM contributions_readmark d
    WHERE d.person_id = %(me)s AND d.contribution_id = %(contribution)s), '-infinity')
  AND NOT r.id = ANY(%(shown)s::bigint[])
ORDER BY r.created_at, r.id LIMIT 1"""


def mark_shown(contribution: Contribution, shown: Collection[int], *, by: Person) -> datetime:
    """The text and these replies were in view for some seconds: keeps, and returns, until when all is read.

    What an earlier page or an earlier visit didn't show stays unread. Who may: whoever reads it.
    """
    require("contribution.mark", contribution, by=by)
    where = {"contribution": contribution.id, "me": by.id, "shown": list(shown)[:MOST_SHOWN]}
    rows = read(FIRST_UNSHOWN, where)
    until = rows[0].created_at - timedelta(microseconds=1) if rows else clock.now()
    read_thread(contribution, by=by, until=until)
    return until


def mark_all(contribution: Contribution, *, by: Person) -> None:
    """All of it, on demand. Who may: whoever reads it."""
    require("contribution.mark", contribution, by=by)
    read_thread(contribution, by=by)
