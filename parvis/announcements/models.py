"""Contributions that hosts announced as important, and who said that they had read them. Not here: the writes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.contributions.models import Placed
from parvis.kernel.db import Keyed


class Word(models.TextChoices):
    """What the button says that people press."""

    READ = "read", _("I have read it")
    DONE = "done", _("It is done")


class Announcement(Placed):
    """A contribution kept on top until a moment, or until each reader has seen it. One at a time for each."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=4, choices=Word, default=Word.READ)
    until = models.DateTimeField()
    # Why an administrator may see by name who pressed the button; "": nobody may.
    legal_reason = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution"], condition=Q(ended_at=None), name="announcements_one_at_a_time"
            )
        ]
        indexes = [
            models.Index(F("space_id"), F("until"), name="announcements_running", condition=Q(ended_at=None)),
            models.Index(
                F("space_id"), F("mailed_at"), name="announcements_mailed", condition=Q(mailed_at__isnull=False)
            ),
        ]  # fmt: skip


class Press(Keyed):
    """Somebody pressed the button. Counted; shown by name only where a legal reason was declared beforehand."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="presses")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "presses"
        constraints = [
            models.UniqueConstraint(fields=["announcement", "person"], name="announcements_pressed_once")
        ]
