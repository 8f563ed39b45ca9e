"""What happened of late that an open page may want to ask about: kinds and keys, kept for a day.

Written by triggers alone (migration 0002), read by the live process. Not here: what is said to whom (live.streams).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class What(models.IntegerChoices):
    """The kinds of events, as the database's triggers number them."""

    BELL = 1, "somebody was told something"
    SEEN = 2, "somebody saw, on some page, what they were told"
    POST = 3, "something was published"
    REPLY = 4, "somebody answered"


class Event(models.Model):
    """One thing that happened. Its key is random: a sequence would let a reader count what they may not see.

    `transaction` wrote it; every transaction below `horizon` had ended by then. What a page may have missed after it
    heard this event is thus what transactions from `horizon` on wrote, in whatever order they ended.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    what = models.SmallIntegerField(choices=What)
    transaction = models.BigIntegerField()
    horizon = models.BigIntegerField()
    space_id = models.BigIntegerField(null=True)
    thing_id = models.BigIntegerField(null=True)
    people = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["transaction"], name="live_event_order"),
            models.Index(fields=["at"], name="live_event_age"),
        ]
