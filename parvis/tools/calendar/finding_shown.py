"""What a question about dates shows: on its own page, beside it, in calendars. Not here: writes (finding)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils.translation import gettext as _
from markupsafe import Markup

from parvis.contributions.models import State
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.words import hue
from parvis.toolkit.days import span_in_words
from parvis.toolkit.spec import Remark
from parvis.tools.calendar.grid import hour

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_TENTATIVE = 300

ASKED = """
SELECT q.zone, q.place, q.link, e.id AS event_id, e.state AS event_state,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', h.id::text, 'begins', h.begins_at, 'over', h.over_at,
      'first', h.first_on, 'last', h.last_on) ORDER BY h.position, h.id), '[]')
    FROM ballots_choice h WHERE h.box_id = q.contribution_id
      AND (h.begins_at IS NOT NULL OR h.first_on IS NOT NULL)) AS moments
FROM calendar_question q LEFT JOIN contributions_contribution e ON e.id = q.event_id
WHERE q.contribution_id = %(id)s"""

# Moments still being asked about, of one community or of all of mine; a ballot that is over asks nothing any more.
TENTATIVE = """
SELECT c.id, c.title, c.language, s.name AS space_name, s.hue, h.begins_at, h.over_at, h.first_on, h.last_on, q.place
FROM calendar_question q JOIN contributions_contribution c ON c.id = q.contribution_id
  JOIN ballots_box b ON b.contribution_id = c.id JOIN ballots_choice h ON h.box_id = c.id
  JOIN spaces_space s ON s.id = c.space_id
WHERE q.event_id IS NULL AND c.state = 'published' AND c.audience < 2 AND b.closed_at IS NULL
  AND (b.closes_at IS NULL OR b.closes_at > %(now)s)
  AND (h.begins_at BETWEEN %(from)s AND %(until)s OR h.first_on BETWEEN %(first)s::date AND %(last)s::date)
  AND {where}
ORDER BY h.begins_at, h.first_on, h.id LIMIT %(limit)s"""

IN_SPACE = TENTATIVE.format(where="c.space_id = %(space)s")
OF_MINE = TENTATIVE.format(
    where="EXISTS (SELECT 1 FROM spaces_membership m JOIN spaces_spacetool t ON t.space_id = m.space_id"
    " AND t.slug = 'calendar' WHERE m.space_id = c.space_id AND m.person_id = %(me)s)"
)


def inside(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Markup]:
    """Under a question about dates: where it would be, what was kept, and for who may keep one, each moment. One query."""
    if not contribution.card.get("date_asked") or contribution.state != State.PUBLISHED:
        return []
    rows = read(ASKED, {"id": contribution.id})
    if not rows:
        return []
    row = rows[0]
    is_kept = row.event_id is not None and row.event_state == State.PUBLISHED
    context = {
        "row": row,
        "kept_url": f"/calendar/{encode(row.event_id)}/" if is_kept else "",
        "moments": [_moment(one) for one in row.moments]
        if "calendar.organise" in can and row.event_id is None
        else [],
        "keep_url": f"/go/{contribution.key}/calendar/keep/",
    }
    return [Markup(get_template("calendar/_asked.html").render(context))]


def _moment(one: dict[str, Any]) -> dict[str, str]:
    begins, over = (datetime.fromisoformat(one[name]) if one[name] else None for name in ("begins", "over"))
    first, last = (date.fromisoformat(one[name]) if one[name] else None for name in ("first", "last"))
    return {"key": encode(int(one["id"])), "words": span_in_words(begins, over, first, last)}


def remarks(contribution: Contribution, viewer: Person) -> list[Remark]:
    """On an event that was found so: where people said what suited them. Nothing is asked of the database."""
    asked = contribution.card.get("asked_at")
    if not asked:
        return []
    links = ((_("see what people answered"), f"/go/{asked}/"),)
    return [Remark(_("This date was chosen together:"), "calendar-range", links)]


def tentative(
    viewer: Person, since: date, until: date, zone: tzinfo, *, space: Space | None
) -> list[dict[str, Any]]:
    """The moments being asked about between two days, as entries of a calendar with the `day` they stand on. One query."""
    asked = {
        "me": viewer.id,
        "space": space.id if space is not None else None,
        "now": clock.now(),
        "from": datetime.combine(since - timedelta(days=1), datetime.min.time(), tzinfo=zone),
        "until": datetime.combine(until + timedelta(days=1), datetime.min.time(), tzinfo=zone),
        "first": since,
        "last": until,
        "limit": MOST_TENTATIVE,
    }
    rows = read(OF_MINE if space is None else IN_SPACE, asked)
    return [_entry(row, zone, with_space=space is None) for row in rows]


def _entry(row: Any, zone: tzinfo, *, with_space: bool) -> dict[str, Any]:
    begins = row.begins_at
    return {
        "day": begins.astimezone(zone).date() if begins else row.first_on,
        "key": encode(row.id),
        "url": f"/go/{encode(row.id)}/",
        "title": row.title,
        "language": row.language,
        "time": hour(begins, zone) if begins else "",
        "until": hour(row.over_at, zone) if begins else "",
        "place": row.place,
        "space": row.space_name if with_space else "",
        "hue": row.hue or hue(row.space_name),
        "is_cancelled": False,
        "is_again": False,
        "is_tentative": True,
        "choice": None,
        "is_going_on": False,
    }
