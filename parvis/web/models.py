"""What administrators set in the browser. Not here: operators' settings (parvis.config)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from parvis.kernel.db import Keyed


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
    has_exchanges = models.BooleanField(default=True)  # private ones, between a few named people
    mail = models.JSONField(default=dict)
    home_blocks = models.JSONField(default=list)
    checklist = models.JSONField(default=dict)
    set_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="web_one_network")]

    @property
    def logo_url(self) -> str:
        """Where the logo is served; empty without one. The address changes with the picture."""
        return f"/brand/logo/{self.logo[:16]}.png" if self.logo else ""

    @property
    def icon_url(self) -> str:
        """What browsers show beside the title; empty: our own mark."""
        return self.logo_url


class SiteText(models.Model):
    """A text that administrators write about the network itself, such as its legal notice."""

    LEGAL = "legal"
    slug = models.SlugField(primary_key=True, max_length=20)
    source = models.TextField(default="", blank=True)
    html = models.TextField(default="", blank=True)
    changed_at = models.DateTimeField(auto_now=True)


class InsideHost(Keyed):
    """A host or a network inside that this server may call at one port, because an administrator named it."""

    place = models.CharField(max_length=100)  # a name, an address or a network
    port = models.PositiveIntegerField()
    note = models.CharField(max_length=120, default="", blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "port"], name="web_inside_host_once")]
