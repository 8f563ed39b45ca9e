"""Reminders of what one put aside: choosing a day, taking it back, telling on its morning. Not here: bookmarks themselves.

A reminder is no activity: nothing but its person's bell (and mail, as they chose) ever speaks of it.
"""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.attention.models import Notice, Rule
from parvis.contributions.marking import bookmark
from parvis.contributions.marks import Bookmark
from parvis.contributions.models import Contribution
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.people.models import PersonState
from parvis.returning.models import Reminder
from parvis.toolkit.notices import BOOKMARK

if TYPE_CHECKING:
    from parvis.people.models import Person

MORNING = 7  # o'clock, where its person lives
FURTHEST = timedelta(days=731)


def remind(contribution: Contribution, day: date, *, by: Person) -> Reminder:
    """Puts a contribution aside, to be told of it on the morning of a day; a later choice replaces an earlier one.

    Who may: whoever reads it. Raises Refused (day) for today and before, and beyond two years.
    """
    require("contribution.mark", contribution, by=by)
    today = timezone.localdate(clock.now())
    if day <= today:
        raise Refused(_("Choose a day to come."), field="day")
    if day > today + FURTHEST:
        raise Refused(_("Two years ahead at most."), field="day")
    bookmark(contribution, by=by)
    forget(contribution, by=by)  # another row: the next one may be told again
    return Reminder.objects.create(person=by, contribution=contribution, day=day)


def forget(contribution: Contribution, *, by: Person) -> None:
    """Takes the reminder back; the bookmark stays."""
    require("contribution.mark", contribution, by=by)
    Reminder.objects.filter(person=by, contribution=contribution).delete()


def days_of(person: Person, contributions: list[int]) -> dict[int, date]:
    """The days to come on which a person is reminded of these. One query."""
    rows = Reminder.objects.filter(person=person, contribution__in=contributions, told_at=None)
    return dict(rows.values_list("contribution_id", "day"))


def tell_due() -> int:
    """Tells whoever's morning has come, once, of what is still put aside and may still be read; returns how many.

    What can't be told any more is dropped without a word.
    """
    now = clock.now()
    kept = Bookmark.objects.filter(person=OuterRef("person"), contribution=OuterRef("contribution"))
    rows = Reminder.objects.filter(told_at=None, day__lte=now.date() + timedelta(days=1))
    told = 0
    for row in rows.select_related("person").annotate(is_kept=Exists(kept)).select_for_update(of=("self",)):
        if not is_due(row, now):
            continue
        row.told_at = now
        row.save(update_fields=["told_at"])
        told += row.is_kept and _tell(row, now)
    return told


def is_due(row: Reminder, now: datetime) -> bool:
    """Whether it is the morning of that day, or later, where its person lives."""
    local = now.astimezone(zoneinfo.ZoneInfo(row.person.time_zone or settings.TIME_ZONE))
    return local.date() > row.day or (local.date() == row.day and local.hour >= MORNING)


def _tell(row: Reminder, now: datetime) -> bool:
    if row.person.state != PersonState.ACTIVE:
        return False
    readable = Contribution.objects.visible_to(row.person)
    thing = readable.filter(id=row.contribution_id, state="published").first()
    refuses = Rule.objects.filter(person=row.person, category=BOOKMARK.slug, is_on=False)
    if thing is None or refuses.exists():
        return False
    Notice.objects.create(
        person=row.person, reason="bookmark", category=BOOKMARK.slug, activity_id=row.id, actor_id=row.person_id,
        thing_kind=thing.kind, thing_id=thing.id, contribution_id=thing.id, space_id=thing.space_id,
        audience=thing.audience, created_at=now,
    )  # fmt: skip
    enqueue("mailing.at_once", activity_id=row.id)
    return True
