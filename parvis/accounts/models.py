"""Signed-in sessions, one-time links and access codes, and messages kept when no mail is set.

Not here: the person (people.models); passwords and e-mail confirmation are django-allauth's.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from parvis.kernel.db import Keyed


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


class SignInLink(Keyed):
    """A link that signs one person in once; the token itself is kept as a hash only."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, default="sign_in")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Message(Keyed):
    """A mail that was sent, or is kept on the outbox page because no relay is set."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    state = models.CharField(max_length=8, default="kept")  # kept, queued, sent, failed
    error = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
