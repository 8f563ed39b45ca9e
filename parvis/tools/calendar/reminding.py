"""Reminding those who come, once for each date. Not here: when (dates), and the bell and mail themselves (attention)."""

from __future__ import annotations

from datetime import timedelta

from parvis.kernel import clock
from parvis.kernel.db import SYSTEM
from parvis.spaces.models import Audience
from parvis.tools.calendar.actions import note, organisers_of
from parvis.tools.calendar.models import Answer, Choice, Occurrence

LATE = timedelta(hours=12)  # a reminder that comes later than this is of no use


def remind_due(limit: int = 200) -> int:
    """Tells those who come, those who may, the organisers and the author. Run again, it tells nobody twice."""
    now = clock.now()
    due = Occurrence.objects.filter(remind_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    rows = list(due.select_related("contribution").order_by("remind_at")[:limit])
    for row in rows:
        is_seen = row.audience != Audience.NAMED and row.contribution.is_published
        if is_seen and row.remind_at and row.remind_at > now - LATE:
            note(row.contribution, "reminded", by=SYSTEM, day=row.original_on.isoformat(), tell=_whom(row))
    Occurrence.objects.filter(pk__in=[row.pk for row in rows]).update(remind_at=None)
    return len(rows)


def _whom(row: Occurrence) -> dict[str, str]:
    answers = Answer.objects.filter(contribution_id=row.contribution_id, original_on=row.original_on)
    declined = set(answers.filter(choice=Choice.NO).values_list("person_id", flat=True))
    coming = set(answers.exclude(choice=Choice.NO).values_list("person_id", flat=True))
    guests = organisers_of(row.contribution).values_list("person_id", flat=True)
    organisers = set(guests) | {row.contribution.author_id}
    return {str(key): "event_soon" for key in coming | (organisers - declined)}
