"""What administrators set in the browser. Not here: operators' settings (parvis.config)."""

from __future__ import annotations

from django.db import models


class Network(models.Model):
    """The one row of the network: its name, its look, its rules."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=80, default="Parvis")
    logo = models.CharField(max_length=64, default="", blank=True)
    hue = models.PositiveSmallIntegerField(default=260)
    language = models.CharField(max_length=2, default="fr")
    promise = models.CharField(max_length=240, default="", blank=True)
    who_creates = models.CharField(max_length=8, default="everyone")  # everyone, admins
    signs_in_by = models.JSONField(default=list)  # password, code, link
    may_register = models.BooleanField(default=False)
    mail = models.JSONField(default=dict)
    home_blocks = models.JSONField(default=list)
    checklist = models.JSONField(default=dict)
    set_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="web_one_network")]
