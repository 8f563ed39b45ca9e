"""What somebody quoted to the moderators out of a private exchange. Not here: exchanges (spaces and the spine)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.kernel.db import Keyed


class Quotation(Keyed):
    """One message, copied by somebody who read it, with what worries them. It leads back to no exchange."""

    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    reason = models.CharField(_("reason"), max_length=400)
    message_id = models.BigIntegerField()  # so that nobody quotes the same message twice; read by nobody
    written_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reporter", "message_id"], name="exchanges_quoted_once")
        ]
        indexes = [
            models.Index(F("created_at"), name="exchanges_open_quotations", condition=Q(handled_at=None))
        ]
