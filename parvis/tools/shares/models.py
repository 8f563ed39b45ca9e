"""What a share has of its own: the contribution it shows elsewhere. Not here: the words said with it (the spine)."""

from __future__ import annotations

from django.db import models

from parvis.contributions.models import Contribution


class Share(models.Model):
    """The detail of a contribution of kind share; the original stays where it is, and so do its replies."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="share"
    )
    original = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="shares")
