"""What a shared page has of its own: its place in the tree, its versions, who is writing. Not here: its text and replies
(the spine: `contribution.body` holds the Markdown of the last version)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parvis.contributions.models import Contribution, Placed, Reply


class Page(Placed):
    """The detail of a contribution of kind page."""

    id = None  # type: ignore[assignment]
    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="page"
    )
    # Always a page that is shown: when it goes to the bin, those below take its place (placing.keep_below).
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="below")
    # While that page is in the bin: where this one goes back to, if it returns.
    returns_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="away"
    )
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)  # the number of the last one
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_protected = models.BooleanField(default=False)  # only hosts write it
    is_model = models.BooleanField(default=False)
    # Somebody has the plain editor open: said to the others, never in their way.
    editing_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    editing_since = models.DateTimeField(null=True, blank=True)
    came_from = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["space_id", "parent", "position", "contribution"], name="pages_tree"),
            models.Index(F("space_id"), F("changed_at").desc(), name="pages_latest"),
            models.Index(fields=["space_id"], name="pages_models", condition=Q(is_model=True)),
        ]


class Version(Placed):
    """One text of a page, whole: what it said once this save was made. Numbers begin at 1."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="page_versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300, default="", blank=True)
    source = models.TextField(default="", blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Who else wrote in it, when it was written together: by key, those who wrote most first.
    with_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=300, default="", blank=True)
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    is_merged = models.BooleanField(default=False)  # somebody had saved meanwhile: both texts are in it
    words_in = models.PositiveIntegerField(default=0)  # of the version before
    words_out = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "number"], name="pages_version_once")]
        indexes = [models.Index(F("author"), F("created_at").desc(), name="pages_mine")]


class Link(Placed):
    """A text, or a reply to it, leads to a page: what its backlinks are made of. A cache, rebuilt from the texts."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="links_to_pages")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "reply", "target"], name="pages_link_once", nulls_distinct=False
            )
        ]


# Of the same room, in a folder of their own.
from parvis.tools.pages.together.models import Change, Room  # noqa: E402, F401
