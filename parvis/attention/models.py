"""What a person is told: one notice per thing that concerns them. Not here: how notices are made or shown."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parvis.kernel.db import Keyed


class Notice(Keyed):
    """A line of the bell: made from an activity, cleared by reading the thing it speaks of."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    reason = models.CharField(max_length=24)
    activity_id = models.BigIntegerField()
    actor_id = models.BigIntegerField()
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    contribution_id = models.BigIntegerField(null=True)
    space_id = models.BigIntegerField(null=True)
    audience = models.SmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "activity_id", "reason"], name="attention_notice_once")
        ]
        indexes = [
            models.Index(F("person"), F("id").desc(), name="attention_bell"),
            models.Index(
                F("person"), F("contribution_id"), name="attention_unseen", condition=Q(seen_at=None)
            ),
        ]
