"""When somebody was here last: kept by the statement with which every page begins, so that it costs none of its own.

A visit is no activity: one row a person is written over, forgotten after ninety days, read by nobody but its person.
Not here: what changed since (returning.since).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from parvis.kernel import clock
from parvis.kernel.db import read

if TYPE_CHECKING:
    from django.http import HttpRequest

    from parvis.people.models import Person

PAUSE = timedelta(minutes=30)  # longer without a page: the next one begins another visit
OFTEN = timedelta(minutes=5)  # within it, nothing is written
KEPT = timedelta(days=90)

# Written at most every five minutes by a page that its reader asked for; what scripts and pictures ask is no visit.
TOUCH = """touched AS (
  INSERT INTO returning_stay AS stay (person_id, seen_at, since)
  SELECT s.person_id, %(now)s, NULL FROM accounts_session s
    JOIN people_person p ON p.id = s.person_id AND p.state = 'active'
    LEFT JOIN returning_stay t ON t.person_id = s.person_id
  WHERE %(is_page)s AND s.session_key = %(session)s AND s.expire_date > now()
    AND (t.seen_at IS NULL OR t.seen_at < %(often)s)
  ON CONFLICT (person_id) DO UPDATE SET seen_at = excluded.seen_at,
    since = CASE WHEN stay.seen_at < %(pause)s THEN stay.seen_at ELSE stay.since END
  RETURNING since)"""
# Of the person with this key (an expression): when the visit before this one ended.
SINCE = """coalesce((SELECT since FROM touched),
  (SELECT since FROM returning_stay WHERE person_id = {person} AND NOT EXISTS (SELECT 1 FROM touched)))"""


def touch_values(request: HttpRequest) -> dict[str, Any]:
    """The parameters of `TOUCH`, beside the session's key."""
    now = clock.now()
    return {"now": now, "often": now - OFTEN, "pause": now - PAUSE, "is_page": is_page(request)}


def is_page(request: HttpRequest) -> bool:
    """Whether a person opens a page: not a script in a tab left open, not a picture, not a form."""
    by_script = request.headers.get("X-Requested-With") == "fetch" or "HX-Request" in request.headers
    return (
        request.method == "GET"
        and not by_script
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )


def last_visit(person: Person) -> datetime | None:
    """When the visit before this one ended; None for who is here for the first time. No query: the page knows it.

    What was forgotten after ninety days is taken as ninety days ago.
    """
    since: datetime | None = getattr(person, "since", None)
    long_ago = clock.now() - KEPT
    if since is None and person.welcomed_at is not None and person.welcomed_at < long_ago:
        return long_ago
    return max(since, long_ago) if since else None


def forget_old() -> None:
    """Stays older than ninety days are forgotten."""
    read("DELETE FROM returning_stay WHERE seen_at < %s RETURNING person_id", [clock.now() - KEPT])
