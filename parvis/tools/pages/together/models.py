"""The shared text of a page as Yjs keeps it, and what was added since. Not here: the page's text (contribution.body).

Who is writing just now is never stored; who wrote is, until the next version names its author.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from parvis.contributions.models import Contribution, Placed


class Room(Placed):
    """A page that has been written together."""

    id = None  # type: ignore[assignment]
    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="room"
    )
    # Names the history of this shared text: a copy on somebody's device belongs to one history.
    epoch = models.CharField(max_length=16)
    state = models.BinaryField()
    # The shared text as it was when version `base_version` said the same: from there, what others save is merged.
    base_state = models.BinaryField()
    base_version = models.PositiveIntegerField()
    number = models.BigIntegerField(default=0)  # of the last change
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "pages"


class Change(Placed):
    """What one person changed of a shared text within a moment, since its state was last put together."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="page_changes")
    number = models.BigIntegerField()
    data = models.BinaryField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "pages"
        constraints = [models.UniqueConstraint(fields=["contribution", "number"], name="pages_change_once")]
