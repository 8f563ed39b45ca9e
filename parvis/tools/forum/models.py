"""What a topic and an idea have of their own. Not here: their text and replies (the spine), points (ballots)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from parvis.contributions.models import Contribution, Reply
from parvis.kernel.db import Keyed
from parvis.spaces.models import Space


class Mode(models.TextChoices):
    DISCUSSION = "discussion", _("discussion")
    QUESTION = "question", _("question")
    DEBATE = "debate", _("debate")
    BRAINSTORM = "brainstorm", _("brainstorm")


MODES = {
    "discussion": (_("topic"), "messages-square"),
    "question": (_("question"), "circle-question-mark"),
    "debate": (_("debate"), "scale"),
    "brainstorm": (_("brainstorm"), "lightbulb"),
}  # how a mode is called and drawn on cards and lists


class Category(Keyed):
    """A shelf of a community's forum."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="forum_categories")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="forum_category_once")]


class Topic(models.Model):
    """The detail of a contribution of kind topic."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="topic"
    )
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.DISCUSSION)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="topics"
    )
    accepted_reply = models.ForeignKey(
        Reply, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.TextField(default="", blank=True)
    outcome_html = models.TextField(default="", blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=400, default="", blank=True)
    budget = models.PositiveSmallIntegerField(
        default=5
    )  # points each person may spread over a brainstorm's ideas


class Idea(models.Model):
    """The detail of a contribution of kind idea: a part of a brainstorm, with its own page and replies."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="idea"
    )
    cluster = models.CharField(_("group"), max_length=80, default="", blank=True)
    points = models.PositiveIntegerField(default=0)  # cache of the ballots, for ordering
    retained_at = models.DateTimeField(null=True, blank=True)
    retained_because = models.CharField(max_length=400, default="", blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged"
    )
