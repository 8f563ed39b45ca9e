"""The calendars of one person for other programs: one for each community, one of all that is theirs.

Not here: the protocol (parvis.dav), the format (ical), secret addresses (feeds).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from colorsys import hls_to_rgb
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import decode, encode
from parvis.toolkit.agendas import Agenda, Entry
from parvis.tools.calendar import feeds, reading
from parvis.tools.calendar.ical import resources_of
from parvis.tools.calendar.models import LONGEST

if TYPE_CHECKING:
    from parvis.people.models import Person

MINE = "mine"
OURS = "c-"  # before a community's own name, so that none is called as all of them are

SPACES = """
SELECT s.id, s.slug, s.name, s.hue FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id
  JOIN spaces_spacetool t ON t.space_id = s.id AND t.slug = 'calendar'
WHERE m.person_id = %(me)s ORDER BY s.slug"""

BETWEEN = f"o.begins_at < %(end)s AND o.over_at > %(begin)s AND {reading.RANGE}"
IN_SPACE = f"""
SELECT DISTINCT o.contribution_id AS id FROM calendar_occurrence o
  JOIN spaces_spacetool t ON t.space_id = o.space_id AND t.slug = 'calendar'
WHERE o.space_id = %(space)s AND {BETWEEN} LIMIT {feeds.MOST_EVENTS}"""
OF_MINE = f"""
SELECT DISTINCT o.contribution_id AS id FROM calendar_occurrence o
WHERE o.id IN ({reading.PICKED}) AND {BETWEEN} LIMIT {feeds.MOST_EVENTS}"""

# Everything that stands in an event's text, so that its tag changes with it.
TAGS = """
SELECT e.contribution_id AS id, md5(concat_ws('|', e.first_on, e.last_on, e.starts, e.ends, e.zone, e.place, e.link,
    e.rule, e.sequence, e.cancelled_at, c.title, c.edited_at, md5(b.text),
    (SELECT string_agg(concat_ws(',', o.original_on, o.first_on, o.last_on, o.starts, o.ends, o.place, o.has_no_place, o.is_cancelled,
        o.is_changed), ';' ORDER BY o.original_on)
      FROM calendar_occurrence o WHERE o.contribution_id = e.contribution_id AND (o.is_changed OR o.is_cancelled)))) AS tag
FROM calendar_event e JOIN contributions_contribution c ON c.id = e.contribution_id
  JOIN contributions_body b ON b.contribution_id = c.id
WHERE e.contribution_id = ANY(%(ids)s) ORDER BY e.contribution_id"""


def agendas_of(person: Person) -> list[Agenda]:
    """The calendars of a person: what is theirs, then each of their communities that has one."""
    mine = _agenda(person, MINE, _("My dates"), "#3b6ea5", None)
    spaces = read(SPACES, {"me": person.id})
    return [
        mine,
        *(_agenda(person, f"{OURS}{row.slug}", row.name, _colour(row.hue), row.id) for row in spaces),
    ]


def _agenda(person: Person, slug: str, title: str, colour: str, space: int | None) -> Agenda:
    return Agenda(slug, title, colour, _entries(person, space), _texts(person, space))


def _entries(person: Person, space: int | None) -> Callable[..., Sequence[Entry]]:
    def entries(since: datetime | None, until: datetime | None) -> Sequence[Entry]:
        rows = read(
            OF_MINE if space is None else IN_SPACE, {**_range(since, until), "me": person.id, "space": space}
        )
        known = _readable(person, [row.id for row in rows])
        return [Entry(f"{encode(row.id)}.ics", row.tag) for row in read(TAGS, {"ids": known})]

    return entries


def _range(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """Moments as the queries want them; open ends are those of a subscription. A day wider by date, for all zones."""
    now, day = clock.now(), timedelta(days=1)
    begin = max(since or now - feeds.BACK, now - 4 * feeds.BACK)
    end = min(until or now + feeds.AHEAD, now + 2 * feeds.AHEAD)
    first, last = begin.astimezone(UTC).date(), end.astimezone(UTC).date()
    return {
        "begin": begin,
        "end": end,
        "from": first - timedelta(days=LONGEST) - day,
        "since": first - day,
        "until": last + day,
    }


def _readable(person: Person, ids: list[int]) -> list[int]:
    rows = Contribution.objects.visible_to(person).filter(id__in=ids, kind="event", state="published")
    return list(rows.values_list("id", flat=True))


def _texts(person: Person, space: int | None) -> Callable[..., dict[str, bytes]]:
    def texts(names: Sequence[str]) -> dict[str, bytes]:
        ids = [key for key in (_key(name) for name in names) if key]
        events = feeds.events_of(ids, person)
        ours = [event for event in events if space is None or event.contribution.space_id == space]
        return {f"{encode(key)}.ics": text for key, text in resources_of(ours).items()}

    return texts


def _key(name: str) -> int:
    try:
        return decode(name.removesuffix(".ics"))
    except ValueError:
        return 0


def _colour(hue: int) -> str:
    """A community's hue (one of ten) as programs write colours."""
    red, green, blue = hls_to_rgb((hue % 10) / 10, 0.42, 0.5)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
