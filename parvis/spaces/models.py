"""Spaces (communities and people's own), who belongs to them, and which tools are on: nouns and reads.

Not here: joining and inviting (membership), who may (access), what is written inside (contributions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.kernel.db import Keyed

if TYPE_CHECKING:
    from parvis.people.models import Person

EVERYONE_SLUG = "everyone"
UNLISTED = "_"  # slugs of private exchanges begin with it, as no name's slug does


def address_of(slug: str) -> str:
    """Where a space is, by its slug: a community's page, or the list of exchanges of whoever reads it."""
    return "/exchanges/" if slug.startswith(UNLISTED) else f"/c/{slug}/"


class Audience(models.IntegerChoices):
    """Who may read a row, kept on the row itself (see docs/decisions: audience on the row)."""

    EVERYBODY = 0
    MEMBERS = 1
    NAMED = 2  # the author and named readers only: drafts, hidden and removed contributions


class SpaceKind(models.TextChoices):
    COMMUNITY = "community", _("community")
    PERSONAL = "personal", _("personal")
    EXCHANGE = "exchange", _("private exchange")


class Theme(models.TextChoices):
    PROFESSIONAL = "professional", _("work")
    INTEREST = "interest", _("interest")


class AccessType(models.TextChoices):
    OPEN = "open", _("open")
    ON_REQUEST = "on_request", _("on request")
    SECRET = "secret", _("by invitation")


class SpaceQuerySet(models.QuerySet["Space"]):
    """Reads of spaces. `visible_to` is the only list filter: whether a person may know that it exists."""

    def communities(self) -> SpaceQuerySet:
        return self.filter(kind=SpaceKind.COMMUNITY)

    def visible_to(self, person: Person | None) -> SpaceQuerySet:
        if person is None or not person.is_active:
            return self.none()
        mine = Membership.objects.filter(person_id=person.id).values("space_id")
        known = Q(id__in=mine) | ~Q(access=AccessType.SECRET) & ~Q(kind=SpaceKind.EXCHANGE)
        return self.filter(known)

    def readable_by(self, person: Person | None) -> SpaceQuerySet:
        """Spaces whose content the person may read; for a lookup by key, never to be materialised."""
        if person is None or not person.is_active:
            return self.none()
        mine = Membership.objects.filter(person_id=person.id).values("space_id")
        return self.filter(Q(audience=Audience.EVERYBODY) | Q(id__in=mine))


class Space(Keyed):
    """A community or a person's own room; every contribution belongs to exactly one."""

    kind = models.CharField(max_length=10, choices=SpaceKind, default=SpaceKind.COMMUNITY)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=240, default="", blank=True)
    theme = models.CharField(max_length=12, choices=Theme, default=Theme.PROFESSIONAL)
    access = models.CharField(max_length=10, choices=AccessType, default=AccessType.OPEN)
    audience = models.SmallIntegerField(choices=Audience, default=Audience.EVERYBODY, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="own_spaces"
    )
    category = models.CharField(_("category"), max_length=80, default="", blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    cover = models.CharField(max_length=64, default="", blank=True)
    hue = models.PositiveSmallIntegerField(default=0)
    welcome = models.TextField(_("welcome message"), default="", blank=True)
    is_everyone = models.BooleanField(default=False)
    posting = models.CharField(
        max_length=8, default="members", choices=[("members", "members"), ("hosts", "hosts")]
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    member_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SpaceQuerySet.as_manager()

    class Meta:
        constraints = [
            # Children point at (id, audience): closing a community cascades to every row it holds.
            models.UniqueConstraint(fields=["id", "audience"], name="spaces_space_audience"),
            models.UniqueConstraint(
                fields=["is_everyone"], condition=Q(is_everyone=True), name="spaces_one_everyone"
            ),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(kind="personal"), name="spaces_one_personal"
            ),
        ]

    def save(self, *args: object, **kwargs: object) -> None:
        self.audience = Audience.EVERYBODY if self.access == AccessType.OPEN else Audience.MEMBERS
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return address_of(self.slug)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_personal(self) -> bool:
        return self.kind == SpaceKind.PERSONAL

    @property
    def cover_url(self) -> str:
        return f"/c/{self.slug}/cover/{self.cover[:12]}" if self.cover else ""


class MemberRole(models.TextChoices):
    MEMBER = "member", _("member")
    HOST = "host", _("host")


class Membership(Keyed):
    """A person belongs to a space. A host's mandate may have an end date."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=MemberRole, default=MemberRole.MEMBER)
    host_until_on = models.DateField(null=True, blank=True)
    via_group = models.ForeignKey(
        "people.Group", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    charter_version = models.PositiveSmallIntegerField(default=0)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "space"], name="spaces_member_once")]
        indexes = [models.Index(fields=["space", "-joined_at"], name="spaces_newest_members")]


class Level(models.IntegerChoices):
    MUTED = 0, _("muted")
    NORMAL = 1, _("normal")
    FOLLOWING = 2, _("following")


class Subscription(Keyed):
    """A source of a person's stream: a community they belong to or follow, or a followed person's own space."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions"
    )
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="subscriptions")
    level = models.SmallIntegerField(choices=Level, default=Level.NORMAL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "space"], name="spaces_subscribed_once")]
        indexes = [models.Index(fields=["space"], name="spaces_subscribers")]


class SpaceTool(Keyed):
    """A tool switched on in a space, and which existing tool of the company it replaces or links to."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="tools")
    slug = models.CharField(max_length=40)
    replaces = models.CharField(max_length=240, default="", blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "slug"], name="spaces_tool_once")]
