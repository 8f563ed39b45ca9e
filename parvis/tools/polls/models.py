"""What a poll has of its own. Not here: its question and replies (the spine), its choices and votes (ballots)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.contributions.models import Contribution


class Results(models.TextChoices):
    ALWAYS = "always", _("at any time")
    VOTED = "voted", _("once one has voted")
    CLOSED = "closed", _("once the poll is closed")


class Poll(models.Model):
    """The detail of a contribution of kind poll: who sees its result when, and what was decided."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="poll"
    )
    results = models.CharField(max_length=6, choices=Results, default=Results.VOTED)
    may_add = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)  # when people were told that it closes soon
    outcome = models.TextField(blank=True, default="")
    outcome_html = models.TextField(blank=True, default="")
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
