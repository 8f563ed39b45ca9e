"""Whether this network pushes at all and through whom, which browsers asked for it, what each was told.

Not here: what is sent (push.sending), who may choose (push.devices).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from parvis.kernel.db import Keyed


class Switch(models.Model):
    """The one row of the network. Off: nothing leaves, and nobody is offered anything."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    is_on = models.BooleanField(default=False)
    hosts = models.TextField(default="", blank=True)  # one a line; "": those of push.hosts.USUAL
    key_number = models.PositiveIntegerField(default=1)  # another number is another key

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="push_one_network")]


class Device(Keyed):
    """A browser that asked to be told; it goes with the session it asked in, however that ends."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.OneToOneField("accounts.Session", on_delete=models.CASCADE, related_name="+")
    endpoint = models.TextField(unique=True)
    public_key = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    is_silent = models.BooleanField(default=True)  # says only that there is something
    created_at = models.DateTimeField(default=timezone.now)


class Told(models.Model):
    """That a device was told of a notice: none is told twice."""

    pk = models.CompositePrimaryKey("device_id", "notice_id")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    notice_id = models.BigIntegerField()
