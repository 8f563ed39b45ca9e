"""Approvals: one version of a thing put before named people, and what each of them answers.

A review is of one exact version, by its content (`digest`): another content is another review. Not here: what a version
is (each kind says so), and what is shown to readers (the tools, by `reading`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.contributions.models import Contribution, Placed


@dataclass(frozen=True)
class Edition:
    """One version of a thing: its number, counted from 1, and a hash of its content."""

    number: int
    digest: str


Current = Callable[[Contribution], Edition | None]  # the last version of a thing; None: nothing to approve


class State(models.TextChoices):
    """`REVIEW`, `APPROVED` and `REFUSED` are in force; the others are history."""

    REVIEW = "review", _("in review")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    RENEWED = "renewed", _("begun again: a newer version was written")
    FORMER = "former", _("approved, then replaced")


class Review(Placed):
    """One version put before named people. At most one is waited for, and at most one stands approved, of a thing."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.REVIEW)
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(null=True, blank=True)
    word = models.CharField(max_length=300, default="", blank=True)
    is_in_order = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_late_told = models.BooleanField(default=False)  # its asker was told, once, that the date has passed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution"], condition=Q(state="review"), name="approvals_one_review"
            ),
            models.UniqueConstraint(
                fields=["contribution"], condition=Q(state="approved"), name="approvals_one_approved"
            ),
        ]
        indexes = [
            models.Index(fields=["contribution", "id"], name="approvals_of"),
            models.Index(fields=["space_id", "state", "due_on"], name="approvals_in_space"),
            models.Index(fields=["asker"], name="approvals_asked_by", condition=Q(state="review")),
        ]


class Answer(models.TextChoices):
    WAITING = "", _("waiting")
    APPROVED = "approved", _("approved it")
    REFUSED = "refused", _("refused it")


class Approver(Placed):
    """One person asked in a review, the place of their turn, and their answer."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="approvers")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="approvers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.WAITING, blank=True)
    reason = models.CharField(max_length=500, default="", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when their turn came, and they were told so
    reminders = models.PositiveSmallIntegerField(
        default=0
    )  # 1: told before the date; 2: after it, the last one
    is_gone_told = models.BooleanField(default=False)  # the asker was told that they can't answer any more

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "person"], name="approvals_asked_once"),
        ]
        indexes = [
            models.Index(fields=["person"], name="approvals_waiting", condition=Q(answer="")),
            models.Index(fields=["contribution", "person"], name="approvals_concerned"),
        ]
