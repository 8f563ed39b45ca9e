"""Votes: points spread over options within a budget, ballot boxes, and the urns of secret ones.

Not here: what an option of a budget is, and who sees a result when (the tools say). Points in a brainstorm are named,
so that they can be changed; how a secret vote is kept: docs/decisions/secret-ballots.md.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

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


class Method(models.TextChoices):
    SINGLE = "single", _("one choice")
    MULTIPLE = "multiple", _("several choices")
    RANKING = "ranking", _("ranking")
    POINTS = "points", _("points to share out")
    APPROVAL = "approval", _("yes, if need be or no to each")


class Box(models.Model):
    """The ballot box of one contribution: how one votes in it, and until when. `points` serve the last method only."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="ballot_box"
    )
    method = models.CharField(max_length=8, choices=Method, default=Method.SINGLE)
    points = models.PositiveSmallIntegerField(default=0)
    is_secret = models.BooleanField(default=False)
    may_change = models.BooleanField(default=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    voters = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "boxes"
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_secret=True, may_change=True), name="ballots_secret_is_final"
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], name="ballots_box_due", condition=Q(closed_at=None)),
        ]


class Choice(Keyed):
    """One thing to vote for. `total` and `people` are kept of a secret vote only, once it is closed.

    It may stand for a moment: two instants, or whole days, which are the same everywhere; pages then say it on the
    reader's own clock, and `text` says it where nobody reads (a table taken along).
    """

    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    total = models.PositiveIntegerField(null=True, blank=True)
    people = models.PositiveIntegerField(null=True, blank=True)
    begins_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)
    space_id = models.BigIntegerField(editable=False)
    audience = models.SmallIntegerField(editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["box", "text"], name="ballots_choice_once"),
            models.CheckConstraint(
                condition=Q(begins_at=None, over_at=None, first_on=None, last_on=None)
                | Q(begins_at__isnull=False, over_at__gte=F("begins_at"), first_on=None, last_on=None)
                | Q(begins_at=None, over_at=None, first_on__isnull=False, last_on__gte=F("first_on")),
                name="ballots_choice_moment",
            ),
        ]


class Participation(models.Model):
    """That a person has voted in a box: without a moment, without a key of ours (which would hold one)."""

    pk = models.CompositePrimaryKey("box_id", "person_id")
    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")


class Vote(Keyed):
    """What one person said of one choice of a named box: 1, their points, the place they gave it (1 is first), 2 for yes
    and 1 for if need be."""

    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="votes")
    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    value = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["choice", "person"], name="ballots_vote_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="ballots_vote_says_something"),
        ]
        indexes = [models.Index(fields=["box", "person"], name="ballots_vote_of")]


class Urn(models.Model):
    """All the ballots of one secret box, shuffled and sealed together (ballots.urn); empty once they are counted."""

    box = models.OneToOneField(Box, primary_key=True, on_delete=models.CASCADE, related_name="urn")
    sealed = models.BinaryField(default=b"")
