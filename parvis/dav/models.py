"""The locks that programs hold by DAV, shared by all page processes. Not here: what a lock forbids (parvis.dav.locks)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from parvis.kernel.db import Keyed


class Lock(Keyed):
    """One lock on one path, as WebDAV knows it."""

    token = models.CharField(max_length=100, unique=True)
    root = models.CharField(max_length=2000)  # the path, quoted, without a slash at its end
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=9)
    depth = models.CharField(max_length=8)
    owner = models.CharField(
        max_length=2000, default="", blank=True
    )  # what the program says of itself, as XML
    seconds = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    holds = models.BooleanField(default=False)  # the file itself is held with it, as its page shows

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="dav_lock_end")]
