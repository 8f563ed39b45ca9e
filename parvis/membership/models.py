"""How people come to belong: invitations, requests, charters, requests for a new community, templates, opening plans.

Not here: belonging itself (spaces.Membership).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from parvis.kernel.db import Keyed
from parvis.spaces.models import Space


class Invitation(Keyed):
    """An invitation into a space: to a person, to an e-mail address, or by a link (token kept as a hash)."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(default="", blank=True)
    token_hash = models.CharField(max_length=64, default="", blank=True)
    word = models.CharField(max_length=400, default="", blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "person"],
                condition=Q(accepted_at=None, revoked_at=None, person__isnull=False),
                name="membership_invited_once",
            )
        ]
        indexes = [models.Index(fields=["token_hash"], name="membership_token")]


class JoinRequest(Keyed):
    """Someone asks to join a space on request; hosts accept, or refuse with a word."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests"
    )
    word = models.CharField(max_length=400, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, default="open")  # open, accepted, refused, withdrawn
    answer = models.CharField(max_length=400, default="", blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "person"], condition=Q(state="open"), name="membership_asked_once"
            )
        ]


class Charter(Keyed):
    """A version of a space's charter; members accept it on joining, and again when it changes."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="charters")
    version = models.PositiveSmallIntegerField()
    source = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "version"], name="membership_charter_once")]


class GroupGrant(Keyed):
    """A group whose people belong to a space; kept true when the group changes."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="group_grants")
    group = models.ForeignKey("people.Group", on_delete=models.CASCADE, related_name="grants")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "group"], name="membership_grant_once")]


class CommunityRequest(Keyed):
    """The assistant's answers, filed when its author may not create communities directly."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    fields = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, default="open")  # open, accepted, refused
    answer = models.CharField(max_length=400, default="", blank=True)
    space = models.ForeignKey(Space, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")


class CommunityTemplate(Keyed):
    """A community saved as a model, without its people; shipped ones are files, not rows."""

    name = models.CharField(max_length=120)
    fields = models.JSONField(default=dict)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)


class ToolOpening(Keyed):
    """A tool that a community opens on a day, why, and what it replaces; once opened the row stays, as its story."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="openings")
    audience = models.SmallIntegerField(editable=False)  # of the space: held true by a composite key (0004)
    slug = models.CharField(max_length=40)
    opens_on = models.DateField()
    why = models.CharField(max_length=300, default="", blank=True)
    replaces = models.CharField(max_length=240, default="", blank=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "slug"], condition=Q(opened_at=None), name="membership_opening_once"
            )
        ]
        indexes = [
            models.Index(fields=["opens_on"], name="membership_opening_due", condition=Q(opened_at=None))
        ]
