"""What readers see of announcements: on top of their pages, under the text itself, the count. Not here: the writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from parvis.announcements.models import Announcement, Press, Word
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.mailing.models import Habit, PlaceRhythm, Rhythm
from parvis.people.models import Person, PersonState
from parvis.spaces.models import Level, Membership, Subscription

SHOWN_FROM = 5  # fewer presses are never told as a number: they would point at people
MOST_ON_TOP = 3

# Part of the pages' own statements (home, a community), so that who has none pays none. `%(me)s` and `%(kinds)s` are
# the reader and the installed kinds; {place} narrows it. A member sees it until they pressed, or, where no press is
# asked for by law, until they opened the text.
ON_TOP = """(SELECT coalesce(json_agg(row_to_json(t) ORDER BY t.created_at DESC), '[]') FROM (
  SELECT c.id::text, c.title, c.excerpt, i.name AS space_name, i.slug AS space_slug, a.word, a.until, a.legal_reason,
    a.created_at
  FROM announcements_announcement a JOIN contributions_contribution c ON c.id = a.contribution_id
    JOIN spaces_space i ON i.id = a.space_id
  WHERE a.ended_at IS NULL AND a.until > now() AND a.by_id <> %(me)s AND c.state = 'published'
    AND c.kind = ANY(%(kinds)s) AND i.archived_at IS NULL {place}
    AND EXISTS (SELECT 1 FROM spaces_membership g WHERE g.space_id = a.space_id AND g.person_id = %(me)s)
    AND NOT EXISTS (SELECT 1 FROM announcements_press e WHERE e.announcement_id = a.id AND e.person_id = %(me)s)
    AND (a.legal_reason <> '' OR NOT EXISTS (SELECT 1 FROM contributions_readmark d
      WHERE d.contribution_id = c.id AND d.person_id = %(me)s AND d.read_until >= a.created_at))
  ORDER BY a.created_at DESC LIMIT {most}) t)"""


def on_top_sql(place: str = "") -> str:
    """The expression that gives a reader's announcements as JSON, within another statement; `place` is more SQL."""
    return ON_TOP.format(place=place, most=MOST_ON_TOP)


@dataclass(frozen=True)
class OnTop:
    """One announcement on top of a page."""

    key: str
    title: str
    space_name: str
    space_url: str
    label: str  # of its button
    until: datetime
    legal_reason: str

    @property
    def url(self) -> str:
        return f"/go/{self.key}/"


def on_top(rows: list[dict[str, Any]]) -> list[OnTop]:
    """What `on_top_sql` gave, for templates. No query."""
    return [
        OnTop(
            key=encode(int(row["id"])),
            title=row["title"] or row["excerpt"][:120],
            space_name=row["space_name"],
            space_url=f"/c/{row['space_slug']}/",
            label=str(Word(row["word"]).label),
            until=datetime.fromisoformat(row["until"]),
            legal_reason=row["legal_reason"],
        )
        for row in rows
    ]


# Under the text of what is announced: the announcement, the reader's press, how many pressed.
PANEL = """
SELECT a.id, a.word, a.until, a.legal_reason, a.by_id, EXISTS (SELECT 1 FROM announcements_press e
    WHERE e.announcement_id = a.id AND e.person_id = %(me)s) AS is_pressed,
  (SELECT count(*) FROM announcements_press e WHERE e.announcement_id = a.id) AS presses
FROM announcements_announcement a WHERE a.contribution_id = %(contribution)s AND a.ended_at IS NULL AND a.until > now()"""


@dataclass(frozen=True)
class Panel:
    """An announcement as its reader meets it on its own page."""

    label: str
    until: datetime
    legal_reason: str
    is_pressed: bool
    presses: int | None  # None: too few to be told


def panel_of(contribution_id: int, viewer: Person) -> Panel | None:
    """The running announcement of a contribution already found for its reader. One query."""
    rows = read(PANEL, {"me": viewer.id, "contribution": contribution_id})
    if not rows:
        return None
    row = rows[0]
    count = row.presses if row.presses >= SHOWN_FROM else None
    return Panel(str(Word(row.word).label), row.until, row.legal_reason, row.is_pressed, count)


def pressed_by(row: Announcement) -> list[tuple[Person, datetime]]:
    """Who pressed, and when; only for administrators, of an announcement with a legal reason."""
    rows = Press.objects.filter(announcement=row).select_related("person").order_by("at")
    return [(one.person, one.at) for one in rows]


def audience_of(space_id: int, by: Person) -> tuple[int, list[int]]:
    """How many members see it on top, and the keys of those whom a mail reaches: without `by`, without who has no
    address, muted the place, wants no mail or none of announcements. Two queries.
    """
    members = Membership.objects.filter(space=space_id, person__state=PersonState.ACTIVE).exclude(person=by)
    chosen = PlaceRhythm.objects.filter(space=space_id)
    never = Q(rhythm=Rhythm.NEVER) & ~Q(person_id__in=chosen.values("person_id"))
    refuse = Habit.objects.filter(never | Q(refuses_announcements=True))
    mailed = members.exclude(person__email=None).exclude(person__email="")
    mailed = mailed.exclude(
        person_id__in=Subscription.objects.filter(space=space_id, level=Level.MUTED).values("person_id")
    )
    mailed = mailed.exclude(person_id__in=chosen.filter(rhythm=Rhythm.NEVER).values("person_id"))
    mailed = mailed.exclude(person_id__in=refuse.values("person_id"))
    return members.count(), list(mailed.order_by("person_id").values_list("person_id", flat=True))
