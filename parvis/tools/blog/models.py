"""What a post has of its own. Not here: its text, comments and files (the spine)."""

from __future__ import annotations

from django.db import models

from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution


class Post(models.Model):
    """The detail of a contribution of kind post."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="post"
    )
    cover = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reading_minutes = models.PositiveSmallIntegerField(default=1)
