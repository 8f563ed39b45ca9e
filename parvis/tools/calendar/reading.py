"""Reads of the calendar: one event with who comes, and the dates of a range. Not here: drawing them (showing, grid).

One index range a view: dates last a month at most, so a range looks that far back and no further. Every read is of a
space or an event that the gate has found for its reader, or filters by membership itself.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.tools.calendar.models import LONGEST

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_SHOWN = 2000  # dates in one view
MOST_PEOPLE = 100  # of each kind of answer, shown by name
MOST_DATES = 12  # dates of a series listed beside it

COLUMNS = """o.contribution_id AS id, o.original_on, o.first_on, o.last_on, o.starts, o.ends, o.begins_at, o.over_at,
  o.is_cancelled, o.is_changed, CASE WHEN o.has_no_place THEN '' WHEN o.place <> '' THEN o.place ELSE e.place END AS place, e.link, e.zone,
  e.rule <> '' AS is_again, c.title, c.language, s.name AS space_name, s.slug, s.hue, a.choice, a.is_waiting"""

JOINED = """calendar_occurrence o JOIN calendar_event e ON e.contribution_id = o.contribution_id
  JOIN contributions_contribution c ON c.id = o.contribution_id
  JOIN spaces_space s ON s.id = o.space_id
  LEFT JOIN calendar_answer a ON a.contribution_id = o.contribution_id AND a.original_on = o.original_on
    AND a.person_id = %(me)s"""

RANGE = "o.first_on BETWEEN %(from)s AND %(until)s AND o.last_on >= %(since)s AND o.audience < 2"

IN_SPACE = f"""
SELECT {COLUMNS} FROM {JOINED}
WHERE o.space_id = %(space)s AND {RANGE}
ORDER BY o.begins_at, o.contribution_id LIMIT %(limit)s"""

# The dates of one's communities, and those elsewhere, open to everybody, to which one said yes or maybe.
PICKED = f"""
SELECT o.id FROM spaces_membership m JOIN calendar_occurrence o ON o.space_id = m.space_id
  JOIN spaces_spacetool t ON t.space_id = o.space_id AND t.slug = 'calendar'
  WHERE m.person_id = %(me)s AND {RANGE}
UNION
SELECT o.id FROM calendar_answer y JOIN calendar_occurrence o ON o.contribution_id = y.contribution_id
    AND o.original_on = y.original_on
  JOIN spaces_spacetool t ON t.space_id = o.space_id AND t.slug = 'calendar'
  WHERE y.person_id = %(me)s AND y.choice <> 'no' AND o.audience = 0 AND {RANGE}"""

OF_MINE = f"""
WITH picked AS MATERIALIZED ({PICKED})
SELECT {COLUMNS} FROM {JOINED}
WHERE o.id IN (SELECT id FROM picked)
ORDER BY o.begins_at, o.contribution_id LIMIT %(limit)s"""

# Who left a closed community doesn't stand among those who come any more.
STANDING = """(a.audience = 0 OR EXISTS (SELECT 1 FROM spaces_membership s
      WHERE s.space_id = a.space_id AND s.person_id = a.person_id))"""

# Nor does who left any community organise there.
LEADS = """(g.is_organiser AND EXISTS (SELECT 1 FROM spaces_membership s
      WHERE s.space_id = g.space_id AND s.person_id = g.person_id))"""

EVENT = f"""
WITH chosen AS (
  SELECT o.* FROM calendar_occurrence o
  WHERE o.contribution_id = %(id)s AND (%(day)s::date IS NULL OR o.original_on = %(day)s::date)
  ORDER BY o.over_at < %(now)s, o.is_cancelled, abs(extract(epoch FROM o.begins_at - %(now)s)) LIMIT 1)
SELECT e.first_on AS series_on, e.zone, e.place, e.link, e.rule, e.capacity, e.remind, e.cancelled_at, e.notes_html,
  e.notes_at, n.display_name AS notes_by, e.continues_id, o.original_on, o.first_on, o.last_on, o.starts, o.ends,
  o.begins_at, o.over_at, o.place AS own_place, o.has_no_place, o.word, o.is_changed, o.is_cancelled,
  t.yes_count, t.waiting_count, t.maybe_count, t.no_count,
  (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.answered_at, x.id), '[]') FROM (
    SELECT a.id::text AS id, p.id::text AS person, p.display_name AS name, p.photo, a.choice, a.word, a.is_waiting,
      a.answered_at, a.person_id = %(me)s AS is_mine
    FROM (SELECT a.*, row_number() OVER (PARTITION BY a.choice, a.is_waiting
        ORDER BY a.person_id = %(me)s DESC, a.answered_at, a.id) AS place
      FROM calendar_answer a
      WHERE a.contribution_id = e.contribution_id AND a.original_on = o.original_on AND {STANDING}) a
    JOIN people_person p ON p.id = a.person_id WHERE a.place <= %(people)s) x) AS answers,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('person', p.id::text, 'name', p.display_name, 'photo', p.photo,
      'is_organiser', {LEADS}, 'is_mine', g.person_id = %(me)s) ORDER BY g.asked_at, g.id), '[]')
    FROM calendar_guest g JOIN people_person p ON p.id = g.person_id
    WHERE g.contribution_id = e.contribution_id AND ({LEADS} OR g.person_id = %(me)s)) AS guests,
  (SELECT count(*) FROM calendar_guest g WHERE g.contribution_id = e.contribution_id
    AND NOT EXISTS (SELECT 1 FROM calendar_answer a WHERE a.contribution_id = g.contribution_id
      AND a.original_on = o.original_on AND a.person_id = g.person_id)) AS unanswered,
  (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.first_on), '[]') FROM (
    SELECT x.original_on, x.first_on, x.starts, x.is_cancelled, x.is_changed, m.choice FROM calendar_occurrence x
    LEFT JOIN calendar_answer m ON m.contribution_id = x.contribution_id AND m.original_on = x.original_on
      AND m.person_id = %(me)s
    WHERE x.contribution_id = e.contribution_id AND x.over_at >= %(now)s ORDER BY x.first_on LIMIT %(dates)s) d) AS dates
FROM calendar_event e LEFT JOIN chosen o ON TRUE LEFT JOIN people_person n ON n.id = e.notes_by_id
  LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE a.choice = 'yes' AND NOT a.is_waiting) AS yes_count,
      count(*) FILTER (WHERE a.is_waiting) AS waiting_count, count(*) FILTER (WHERE a.choice = 'maybe') AS maybe_count,
      count(*) FILTER (WHERE a.choice = 'no') AS no_count
    FROM calendar_answer a
    WHERE a.contribution_id = e.contribution_id AND a.original_on = o.original_on AND {STANDING}) t ON TRUE
WHERE e.contribution_id = %(id)s"""


def _range(since: date, until: date) -> dict[str, Any]:
    """A day wider on both sides: the reader's days aren't those of every event's zone."""
    day = timedelta(days=1)
    return {"from": since - timedelta(days=LONGEST) - day, "since": since - day, "until": until + day}


def dates_in(space: Space, viewer: Person, since: date, until: date, *, limit: int = MOST_SHOWN) -> list[Any]:
    """The dates of a community between two days, both included. One query."""
    return read(IN_SPACE, {"me": viewer.id, "space": space.id, "limit": limit, **_range(since, until)})


def dates_of(viewer: Person, since: date, until: date, *, limit: int = MOST_SHOWN) -> list[Any]:
    """The dates of everything that is one's own between two days, both included. One query."""
    return read(OF_MINE, {"me": viewer.id, "limit": limit, **_range(since, until)})


def read_event(contribution: Contribution, viewer: Person, day: date | None = None) -> Any:
    """An event, the date asked for (or the next one) and who comes; None without a detail. One query."""
    given = {
        "id": contribution.pk,
        "me": viewer.id,
        "day": day,
        "now": clock.now(),
        "people": MOST_PEOPLE,
        "dates": MOST_DATES,
    }
    rows = read(EVENT, given)
    return rows[0] if rows else None
