"""The journal: one append-only fact per write, and receipts that make a repeated POST harmless.

Not here: what is made of the facts (attention, adoption); Activity points to nothing above it.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from parvis.kernel.db import Keyed


class Activity(Keyed):
    """A fact: who did what, where, to which thing. Verbs are past tense and never renamed."""

    actor_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    space_id = models.BigIntegerField(null=True)
    audience = models.SmallIntegerField(default=1)
    thing_kind = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["space_id", "-created_at"], name="journal_by_space"),
            models.Index(fields=["thing_id"], name="journal_by_thing"),
        ]


class Receipt(models.Model):
    """The answer given to a POST with an idempotency key, given again when it is repeated."""

    person_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    path = models.CharField(max_length=300)
    location = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="journal_receipt_once")]
        indexes = [models.Index(fields=["created_at"], name="journal_receipt_age")]
