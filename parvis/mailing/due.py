"""Who is due for letters now: one statement for everybody, however many they are. Not here: what letters hold.

The hour is each person's own: their zone's moment is worked out here once for every zone in use, because the database's
list of zones may be older than the one people chose from.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from parvis.accounts import mail
from parvis.kernel.db import read
from parvis.kernel.ids import EPOCH_MS, RANDOM_BITS
from parvis.mailing.rhythms import EVENING, RETURNED

SATURDAY = 6
LATE = 4  # hours after its own during which a digest may still leave: after that, tomorrow's
RHYTHM = "coalesce(nullif(h.rhythm, ''), (SELECT rhythm FROM mailing_networkrule WHERE id = 1), 'weekly')"

# A person's last day here: of their open sessions, or as their last signing out left it. Only the day is known.
PEOPLE = f"""
WITH moments AS (
  SELECT * FROM unnest(%(zones)s::text[], %(days)s::date[], %(befores)s::date[], %(weeks)s::text[], %(hours)s::int[], %(works)s::bool[])
    AS m (zone, day, before, week, hour, works)
), people AS (
  SELECT p.id, p.email, m.day, m.before, m.week, m.hour, m.works, {RHYTHM} AS rhythm, coalesce(h.hour, 8) AS own_hour,
    coalesce(h.is_any_time, false) AS is_any_time, coalesce(h.is_always, false) AS is_always,
    greatest(h.seen_on, (SELECT max(s.seen_on) FROM accounts_session s WHERE s.person_id = p.id)) AS seen_on
  FROM people_person p JOIN moments m ON m.zone = p.time_zone LEFT JOIN mailing_habit h ON h.person_id = p.id
  WHERE p.state = 'active' AND p.email IS NOT NULL AND (%(only)s::bigint IS NULL OR p.id = %(only)s)
)"""
REACHED = """NOT (SELECT count(*) >= %(returned)s FROM accounts_message b
    WHERE b.person_id = w.id AND b.state = 'bounced' AND b.to = w.email)"""

DIGESTS = f"""{PEOPLE}, wanted AS (
  SELECT p.*,
    p.rhythm = 'daily' OR EXISTS (SELECT 1 FROM mailing_placerhythm r WHERE r.person_id = p.id AND r.rhythm = 'daily')
      AS daily,
    p.rhythm = 'weekly' OR EXISTS (SELECT 1 FROM mailing_placerhythm r WHERE r.person_id = p.id AND r.rhythm = 'weekly')
      AS weekly
  FROM people p WHERE p.works AND p.hour BETWEEN p.own_hour AND p.own_hour + %(late)s
), due AS (
  SELECT w.*,
    w.daily AND (w.is_always OR w.seen_on IS NULL OR w.seen_on < w.before) AND NOT EXISTS (
      SELECT 1 FROM mailing_digest d WHERE d.person_id = w.id AND d.period = w.day::text) AS today,
    w.weekly AND (w.is_always OR w.seen_on IS NULL OR w.seen_on <= w.day - 7) AND NOT EXISTS (
      SELECT 1 FROM mailing_digest d WHERE d.person_id = w.id AND d.period = w.week) AS this_week
  FROM wanted w WHERE w.daily OR w.weekly
)
SELECT w.id, CASE WHEN w.today THEN w.day::text ELSE '' END AS day, CASE WHEN w.this_week THEN w.week ELSE '' END AS week
FROM due w WHERE (w.today OR w.this_week) AND {REACHED} ORDER BY w.id"""

TOLD = "SELECT 1 FROM attention_notice n WHERE n.id > %(since)s AND n.activity_id = %(activity)s LIMIT 1"
# Notices that wait for a mail of their own, of people for whom the hour has come.
HELD = f"""{PEOPLE}
SELECT DISTINCT w.id FROM people w JOIN attention_notice n ON n.person_id = w.id
WHERE n.mailed_at IS NULL AND n.seen_at IS NULL AND n.id > %(since)s
  AND (%(activity)s::bigint IS NULL OR n.activity_id = %(activity)s)
  AND coalesce((SELECT r.rhythm FROM mailing_placerhythm r WHERE r.person_id = w.id AND r.space_id = n.space_id), w.rhythm)
    = 'at_once'
  AND (w.is_any_time OR w.works AND w.hour BETWEEN w.own_hour AND %(evening)s - 1) AND {REACHED}
ORDER BY w.id"""
_MINUTE = 60_000 << RANDOM_BITS  # an activity's notices are younger than it is, whichever clock wrote them
HELD_FOR = timedelta(days=4)  # a night and a long weekend; what is older waits in the bell


@dataclass(frozen=True)
class Due:
    """A person whose digest is due: of the day, of the week (each empty when not), or of both in one letter."""

    person_id: int
    day: str
    week: str

    @property
    def rhythms(self) -> list[str]:
        return [word for word, period in (("daily", self.day), ("weekly", self.week)) if period]

    @property
    def periods(self) -> list[str]:
        return [period for period in (self.day, self.week) if period]


def digests_due(now: datetime, *, person_id: int | None = None) -> list[Due]:
    """Everybody whose digest is due, or that one person if theirs is. Two statements; nobody without a relay."""
    if not mail.is_configured():
        return []
    values = _moments(now) | {"only": person_id, "late": LATE, "returned": RETURNED}
    return [Due(row.id, row.day, row.week) for row in read(DIGESTS, values)]


def mails_held(now: datetime, *, activity_id: int | None = None, person_id: int | None = None) -> list[int]:
    """People who are to be mailed at once now, about one activity or whatever waited for their morning."""
    if activity_id is not None and not read(TOLD, {"activity": activity_id, "since": activity_id - _MINUTE}):
        return []  # most activities tell nobody anything
    values = _moments(now) | {"only": person_id, "returned": RETURNED, "evening": EVENING}
    values |= {"activity": activity_id, "since": max(_key_at(now - HELD_FOR), (activity_id or 0) - _MINUTE)}
    return [row.id for row in read(HELD, values)]


def _key_at(moment: datetime) -> int:
    """The smallest key of that moment: keys begin with their time, so the newest notices are found without an index."""
    return (int(moment.timestamp() * 1000) - EPOCH_MS) << RANDOM_BITS


def _moments(now: datetime) -> dict[str, Any]:
    """What day, week and hour it is in every zone people live in; "" is the network's."""
    zones = [row.time_zone for row in read("SELECT DISTINCT time_zone FROM people_person")]
    local = [now.astimezone(_zone(name)) for name in zones]
    return {
        "zones": zones,
        "days": [moment.date() for moment in local],
        "befores": [_working_day_before(moment.date()) for moment in local],
        "weeks": [week_of(moment) for moment in local],
        "hours": [moment.hour for moment in local],
        "works": [moment.isoweekday() < SATURDAY for moment in local],
    }


def _working_day_before(day: date) -> date:
    """On a Monday it is Friday: who was here then hasn't been away."""
    return day - timedelta(days={1: 3, 7: 2}.get(day.isoweekday(), 1))


def week_of(moment: datetime) -> str:
    """The week as a digest's period names it: 2026-W48."""
    year, week, _day = moment.isocalendar()
    return f"{year}-W{week:02}"


def _zone(name: str) -> Any:
    try:
        return zoneinfo.ZoneInfo(name) if name else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):  # imported from elsewhere
        return timezone.get_default_timezone()
