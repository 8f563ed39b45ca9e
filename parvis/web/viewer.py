"""The thin path: session, person, count of unseen notices and the network's row, in one prepared query.

Not here: signing in (accounts) and what is done with the answer (web.door).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from parvis.attention.visible import UNSEEN, visible_values
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.people.models import Person
from parvis.returning.stays import SINCE, TOUCH, touch_values
from parvis.web.models import Network

PERSON_FIELDS = [field.attname for field in Person._meta.concrete_fields]
NETWORK_FIELDS = [field.attname for field in Network._meta.concrete_fields]

# The actor is declared in the same round trip: row-level policies read parvis.person.
ARRIVAL = f"""
WITH {TOUCH}
SELECT {", ".join(f"n.{name} AS n_{name}" for name in NETWORK_FIELDS)},
       {", ".join(f"p.{name}" for name in PERSON_FIELDS)},
       s.session_key, s.seen_on = %(today)s AS is_seen_today,
       {UNSEEN.format(person="p.id")} AS unread_count,
       {SINCE.format(person="p.id")} AS since,
       set_config('parvis.person', coalesce(p.id::text, ''), true) AS acting
FROM (SELECT 1) one
  LEFT JOIN web_network n ON n.id = 1
  LEFT JOIN accounts_session s ON s.session_key = %(session)s AND s.expire_date > now()
  LEFT JOIN people_person p ON p.id = s.person_id AND p.state = 'active'
"""
# The house's own day, as when the session began: the database's may be another for an hour or two around midnight.
SEEN_TODAY = "UPDATE accounts_session SET seen_on = %(today)s WHERE session_key = %(session)s"


@dataclass(frozen=True)
class Arrival:
    """Who comes in (None: a visitor), and the network they come into."""

    person: Person | None
    network: Network


def arrive(request: HttpRequest) -> Arrival:
    """Reads the request's session cookie. One query, for visitors too."""
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = read(ARRIVAL, {"session": session, **visible_values(), **touch_values(request)})[0]
    count = len(NETWORK_FIELDS)
    network = Network.from_db("default", NETWORK_FIELDS, row[:count]) if row[0] is not None else Network()
    person: Any = None
    if row[count + PERSON_FIELDS.index("id")] is not None:
        person = Person.from_db("default", PERSON_FIELDS, row[count : count + len(PERSON_FIELDS)])
        person.unread_count = row.unread_count
        person.since = row.since
        person.session_key = row.session_key
        if not row.is_seen_today:
            read(SEEN_TODAY, {"today": clock.today(), "session": row.session_key})
    return Arrival(person, network)
