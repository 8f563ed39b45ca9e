"""Signed-in sessions, one-time links and access codes, passwords of programs, messages kept when no mail is set.

Not here: the person and the password's hash (people.models).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from parvis.kernel.db import Keyed
from parvis.kernel.ids import encode


class Session(AbstractBaseSession):
    """A browser signed in: a server-side row, so that one's own sessions can be listed and ended."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    user_agent = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_on = models.DateField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["person"], name="accounts_session_person")]

    @classmethod
    def get_session_store_class(cls) -> type:
        from parvis.accounts.sessions import SessionStore

        return SessionStore

    @property
    def public_key(self) -> str:
        """What names the session on a page: the key itself would open it."""
        return salted_hmac("parvis.accounts.session", self.session_key).hexdigest()[:20]


class SignInLink(Keyed):
    """A link that signs one person in once; the token itself is kept as a hash only."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_links"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, default="sign_in")
    expires_at = models.DateTimeField()
    address = models.EmailField(default="", blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Attempt(models.Model):
    """How often a secret was tried lately, by a hash of who tried; forgotten after a day."""

    bucket = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()


class Message(Keyed):
    """A mail that was sent, or is kept on the outbox page because no relay is set."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    calendar = models.TextField(default="", blank=True)  # an invitation of iCalendar that comes with it
    # Its words are for its reader alone: the outbox page shows administrators that it is there, not what it says.
    is_private = models.BooleanField(default=False)
    headers = models.JSONField(default=dict, blank=True)  # of its own: how to stop such mail, what it follows
    state = models.CharField(max_length=8, default="kept")  # kept, queued, sent, failed, bounced
    error = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    @property
    def key(self) -> str:
        return encode(self.id)


class AppScope(models.TextChoices):
    FILES = "files", _("Files")
    CALENDAR = "calendar", _("Calendar")
    BOTH = "both", _("Files and calendar")


class AppPassword(Keyed):
    """A password for one program of a person: a file manager, a phone. Only the hash of the secret is kept."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="app_passwords"
    )
    name = models.CharField(max_length=60)  # as its person calls the program
    secret_hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=8, choices=AppScope, default=AppScope.FILES)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True, blank=True)
