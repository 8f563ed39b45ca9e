"""What import remembers, so that running it twice changes nothing. Not here: the import itself."""

from __future__ import annotations

from django.db import models

from parvis.kernel.db import Keyed


class Source(Keyed):
    """The row that a source's own id became."""

    origin = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    source_id = models.CharField(max_length=120)
    thing_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin", "kind", "source_id"], name="transfer_source_once")
        ]
        indexes = [models.Index(fields=["thing_id"], name="transfer_thing")]


class Run(Keyed):
    """One import or export asked for in the browser: its state, its progress and its report."""

    kind = models.CharField(max_length=16)
    asked_by_id = models.BigIntegerField()
    state = models.CharField(max_length=10, default="waiting")  # waiting, running, done, failed
    is_dry_run = models.BooleanField(default=False)
    path = models.CharField(max_length=300, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
