"""Votes: points spread over options within a budget. Not here: what an option is (the tools say).

Secret ballots come with polls; points in a brainstorm are named, so that they can be changed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from parvis.contributions.models import Contribution
from parvis.kernel.db import Keyed


class Budget(models.Model):
    """The points that each person may spread over the parts of one contribution."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="budget"
    )
    points = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)


class Points(Keyed):
    """What one person gave to one option; their sum over a budget never exceeds it (ballots.actions)."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="given")
    option = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    points = models.PositiveSmallIntegerField()
    space_id = models.BigIntegerField(editable=False)
    audience = models.SmallIntegerField(editable=False)

    class Meta:
        verbose_name_plural = "points"
        constraints = [
            models.UniqueConstraint(fields=["budget", "option", "person"], name="ballots_points_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="ballots_points_positive"),
        ]
