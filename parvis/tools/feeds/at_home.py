"""Articles between people's cards at home: by the reader's choice, a few a day, never many of one source.

Not here: where they stand among the cards (toolkit.weaving), the shelves themselves (reading).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.kernel.memory import Memory
from parvis.toolkit import weaving
from parvis.toolkit.molds import shrink
from parvis.toolkit.spec import Piece
from parvis.tools.feeds.models import HomeShelf, Subscription
from parvis.tools.feeds.reading import MUTED, NOT_MUTED, NOT_TWIN
from parvis.tools.feeds.showing import held

if TYPE_CHECKING:
    from markupsafe import Markup

    from parvis.people.models import Person
    from parvis.spaces.models import Space

A_DAY = 6  # articles at home, of all that was chosen
A_DAY_OF_ONE = 2  # of one source
LOOKED_AT = 40  # the newest of each source that one page considers
MOST_SHELVES = 50
DRAWN: Memory[tuple[Any, ...], Markup] = Memory(2048)

CHOSEN = f"""(SELECT b.source_id FROM feeds_subscription b WHERE b.person_id = %(me)s AND b.is_at_home
  UNION SELECT b.source_id FROM feeds_homeshelf h JOIN spaces_space s ON s.id = h.space_id
    JOIN feeds_subscription b ON b.space_id = h.space_id
    JOIN spaces_spacetool t ON t.space_id = h.space_id AND t.slug = 'feeds'
    WHERE h.person_id = %(me)s AND (s.audience = 0
      OR EXISTS (SELECT 1 FROM spaces_membership m WHERE m.space_id = h.space_id AND m.person_id = %(me)s)))
  EXCEPT {MUTED}"""

# Days are counted whole, so that the quota of a day holds across the pages that share it; the page's window comes last.
STREAM = f"""
WITH shelf AS MATERIALIZED ({CHOSEN}),
picked AS MATERIALIZED (
  SELECT n.id, n.at, shelf.source_id FROM shelf CROSS JOIN LATERAL (
    SELECT i.id, i.at FROM feeds_item i
    WHERE i.source_id = shelf.source_id AND i.at >= %(dawn)s AND i.at < %(night)s AND i.found_at <= %(as_of)s
    ORDER BY i.at DESC, i.id DESC LIMIT {LOOKED_AT}) n),
counted AS (
  SELECT p.id, row_number() OVER (PARTITION BY p.source_id, date_trunc('day', p.at, %(zone)s) ORDER BY p.at DESC, p.id DESC)
    AS n FROM picked p),
shown AS (
  SELECT i.id, i.at, row_number() OVER (PARTITION BY date_trunc('day', i.at, %(zone)s) ORDER BY i.at DESC, i.id DESC) AS n
  FROM counted JOIN feeds_item i ON i.id = counted.id WHERE counted.n <= {A_DAY_OF_ONE} AND {NOT_TWIN} AND {NOT_MUTED})
SELECT i.id, i.at, i.title, i.excerpt, i.digest, o.title AS source
FROM shown JOIN feeds_item i ON i.id = shown.id JOIN feeds_source o ON o.id = i.source_id
WHERE shown.n <= {A_DAY} AND (i.at, i.id) < (%(at)s, %(id)s) AND (i.at, i.id) > (%(end_at)s, %(end_id)s)
ORDER BY i.at DESC, i.id DESC LIMIT %(limit)s"""


def stream(viewer: Person, window: weaving.Window, limit: int) -> list[Piece]:
    """The articles of a page's time that this reader chose to have at home, drawn, newest first. One query."""
    rows = read(STREAM, {
        "me": viewer.id, "as_of": window.as_of, "zone": timezone.get_current_timezone_name(), "limit": limit,
        "dawn": _midnight(window.after.at), "night": _midnight(window.before.at) + timedelta(days=1),
        "at": window.before.at, "id": window.before.id, "end_at": window.after.at, "end_id": window.after.id,
    })  # fmt: skip
    return [Piece(row.at, row.id, _drawn(row)) for row in rows]


def _midnight(moment: datetime) -> datetime:
    """When its day began, where the reader is."""
    return timezone.make_aware(datetime.combine(timezone.localtime(moment).date(), time()))


def _drawn(row: Any) -> Markup:
    """The same for every reader, so kept in memory."""
    key = (row.id, row.digest, row.source, get_language(), timezone.get_current_timezone_name())
    found = DRAWN.get(key)
    if found is None:
        shown = {
            "url": f"/feeds/items/{encode(row.id)}/", "key": encode(row.id), "title": held(row.title or row.excerpt[:100]),
            "source": row.source, "at": row.at,
        }  # fmt: skip
        found = shrink(get_template("feeds/at_home.html").render({"one": shown}))
        DRAWN.put(key, found)
    return found


def show_source(source_id: int, is_on: bool, *, by: Person) -> None:
    """A source of one's own shelf at home, or no longer. Raises NotFound."""
    require("site.use", by=by)
    if not Subscription.objects.filter(source_id=source_id, person=by).update(is_at_home=is_on):
        raise NotFound
    note_choice(by)


def show_shelf(space: Space, is_on: bool, *, by: Person) -> None:
    """A community's shelf at home, or no longer. Who may: its readers. Raises NotFound, Refused."""
    require("space.read", space, by=by)
    if not is_on:
        HomeShelf.objects.filter(space=space, person=by).delete()
    elif HomeShelf.objects.filter(person=by).count() >= MOST_SHELVES:
        raise Refused(_("That is many shelves at home already: leave one out first."))
    else:
        HomeShelf.objects.get_or_create(space=space, person=by)
    note_choice(by)


def note_choice(person: Person) -> None:
    """Home asks for articles only where something was chosen: the person's own row says so."""
    has_any = (
        Subscription.objects.filter(person=person, is_at_home=True).exists()
        or HomeShelf.objects.filter(person=person).exists()
    )
    weaving.choose("feeds", has_any, by=person)


def has_shelf(space: Space, viewer: Person) -> bool:
    """Whether the reader wants this community's shelf at home; no query for those who chose nothing."""
    return bool(viewer.stream_tools) and HomeShelf.objects.filter(space=space, person=viewer).exists()


def forget_lost() -> None:
    """Every night: shelves that nobody may read at home any more, such as those of a closed community one has left."""
    read("""DELETE FROM feeds_homeshelf h USING spaces_space s WHERE s.id = h.space_id AND s.audience <> 0 AND NOT EXISTS (
        SELECT 1 FROM spaces_membership m WHERE m.space_id = h.space_id AND m.person_id = h.person_id)""")  # fmt: skip
