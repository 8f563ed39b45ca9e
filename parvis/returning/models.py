"""When a person was here last, and the days on which they want to be reminded of what they put aside.

Both are private to their person: no list, count or statistic joins them (tests/test_readmarks.py). Not here: read marks
and bookmarks themselves (contributions.marks).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from parvis.contributions.models import Contribution
from parvis.kernel.db import Keyed


class Stay(models.Model):
    """One row a person, written over: when a page was last opened, and when the visit before this one ended."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    seen_at = models.DateTimeField()
    since = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="returning_stay_age")]


class Reminder(Keyed):
    """A day on whose morning a person is told of something they saved; `told_at` once they were."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    told_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "contribution"], name="returning_reminder_once")
        ]
        indexes = [models.Index(fields=["day"], condition=Q(told_at=None), name="returning_reminder_due")]


class CaughtUp(models.Model):
    """What was marked as read all at once, and how far it had been read before: for taking it back within a week."""

    pk = models.CompositePrimaryKey("person_id", "contribution_id")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="returning_caughtup_age")]
