"""The spine: everything people make is a Contribution, and replies to it.

Not here: what hangs on them (contributions.marks), what a kind has of its own (its tool's folder), writes
(contributions.actions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import Keyed
from parvis.kernel.ids import encode
from parvis.spaces.models import Audience, Membership

if TYPE_CHECKING:
    from parvis.access.roles import Role
    from parvis.contributions.reading import Marks
    from parvis.people.models import Person


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    CIRCLE = "circle", _("shown to a few")
    SCHEDULED = "scheduled", _("scheduled")
    PUBLISHED = "published", _("published")
    HIDDEN = "hidden", _("hidden by a host")
    REMOVED = "removed", _("removed")


WAITING = (State.DRAFT, State.CIRCLE, State.SCHEDULED)  # not published yet

# A row that isn't published is read by its author and named readers only, whatever its space allows.
AUDIENCE_OF_ROW = Case(
    When(state=State.PUBLISHED, then=F("space_audience")),
    default=Value(Audience.NAMED),
    output_field=models.SmallIntegerField(),
)


class ContributionQuerySet(models.QuerySet["Contribution"]):
    """Reads of the spine. `visible_to` is the only list filter; each read begins with it."""

    def visible_to(self, person: Person | None) -> ContributionQuerySet:
        """Rows the person may read: published ones by audience, unpublished ones by author or named reader."""
        if person is None or not person.is_active:
            return self.none()
        mine = Membership.objects.filter(person_id=person.id).values("space_id")
        named = Reader.objects.filter(person_id=person.id).values("contribution_id")
        rule = (
            Q(audience=Audience.EVERYBODY)
            | Q(audience=Audience.MEMBERS, space_id__in=mine)
            | Q(audience=Audience.NAMED, author_id=person.id)
            & (Q(space_audience=Audience.EVERYBODY) | Q(space_id__in=mine))
            | Q(audience=Audience.NAMED, state__in=[State.DRAFT, State.CIRCLE], id__in=named)
        )
        return self.filter(rule, kind__in=installed_kinds()).filter(
            ~Q(card__has_key="shared") | Exists(_shown(mine))
        )

    def published(self) -> ContributionQuerySet:
        return self.filter(state=State.PUBLISHED)

    def listed(self) -> ContributionQuerySet:
        return self.filter(state=State.PUBLISHED, is_listed=True)

    def newest(self) -> ContributionQuerySet:
        return self.order_by("-published_at", "-id")

    def with_names(self) -> ContributionQuerySet:
        return self.select_related("author", "space")


def _shown(mine: models.QuerySet[Membership, Any]) -> models.QuerySet[Contribution]:
    """The original of a share, where its reader (a member of `mine`) may read it: else the share isn't there either."""
    key = Cast(KeyTextTransform("shared", OuterRef("card")), models.BigIntegerField())
    readable = Q(audience=Audience.EVERYBODY) | Q(audience=Audience.MEMBERS, space_id__in=mine)
    return Contribution.objects.filter(readable, id=key, kind__in=installed_kinds())


class Contribution(Keyed):
    """One post, topic, note, idea…: what lists show of it. Kind-specific data stands in a detail table."""

    kind = models.CharField(max_length=20)
    space = models.ForeignKey("spaces.Space", on_delete=models.CASCADE, related_name="contributions")
    space_audience = models.SmallIntegerField(default=Audience.EVERYBODY, editable=False)
    audience = models.GeneratedField(
        expression=AUDIENCE_OF_ROW, output_field=models.SmallIntegerField(), db_persist=True
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contributions"
    )
    title = models.CharField(_("title"), max_length=300, default="", blank=True)
    excerpt = models.CharField(max_length=320, default="", blank=True)
    card = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=2, default="fr")
    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    is_listed = models.BooleanField(default=True)
    part_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="parts")
    published_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    are_replies_open = models.BooleanField(default=True)
    is_imported = models.BooleanField(default=False)
    reply_count = models.PositiveIntegerField(default=0)
    reaction_counts = models.JSONField(default=dict, blank=True)

    objects = ContributionQuerySet.as_manager()

    # Set by contributions.reading.find_contribution, which reads them in the same query.
    marks: Marks
    held: frozenset[Role]
    tag_rows: list[dict[str, str]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "space", "audience"], name="spine_place"),
            models.UniqueConstraint(fields=["id", "space", "space_audience"], name="spine_part_place"),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED) | Q(published_at__isnull=False),
                name="spine_published_has_date",
            ),
        ]
        indexes = [
            models.Index(
                F("space"),
                F("published_at").desc(),
                F("id").desc(),
                name="spine_space_date",
                condition=Q(state="published", is_listed=True),
            ),
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                name="spine_date",
                condition=Q(state="published", is_listed=True),
            ),
            models.Index(
                F("space"),
                F("last_activity_at").desc(),
                F("id").desc(),
                name="spine_space_activity",
                condition=Q(state="published", is_listed=True),
            ),
            models.Index(
                F("last_activity_at").desc(),
                F("id").desc(),
                name="spine_activity",
                condition=Q(state="published", is_listed=True),
            ),
            models.Index(F("author"), F("published_at").desc(), name="spine_author"),
            models.Index(fields=["state", "published_at"], name="spine_due", condition=Q(state="scheduled")),
        ]

    @property
    def key(self) -> str:
        return encode(self.id)

    @property
    def url(self) -> str:
        """Where the thing is read; `/go/` finds its tool, so that a card needs to know none."""
        return f"/go/{encode(self.id)}/"

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    def __str__(self) -> str:
        return self.title or self.excerpt[:60]


class Body(models.Model):
    """The text of a contribution: Markdown is the truth, html and text are caches of a renderer version."""

    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="body"
    )
    source = models.TextField(default="", blank=True)
    html = models.TextField(default="", blank=True)
    text = models.TextField(default="", blank=True)
    renderer_version = models.PositiveSmallIntegerField(default=1)


class Reader(Keyed):
    """Someone the author lets read before publishing (trusted reader, small circle)."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="readers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "person"], name="spine_reader_once")]


class Placed(Keyed):
    """A row that hangs on a contribution and carries its place: a composite key keeps it true (migration 0002).

    Moving or closing therefore updates one row; the database cascades, and row-level policies need no join.
    """

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="%(class)ss")
    space_id = models.BigIntegerField(editable=False)
    audience = models.SmallIntegerField(editable=False)

    class Meta:
        abstract = True


class Side(models.IntegerChoices):
    NONE = 0, ""
    FOR = 1, _("for")
    AGAINST = 2, _("against")


class ReplyState(models.TextChoices):
    PUBLISHED = "published", _("published")
    HIDDEN = "hidden", _("hidden by a host")
    REMOVED = "removed", _("removed")


class ReplyQuerySet(models.QuerySet["Reply"]):
    """Reads of replies; whoever reads the contribution reads them, hidden ones as placeholders."""

    def visible_to(self, person: Person | None) -> ReplyQuerySet:
        """Published replies of contributions the person may read."""
        seen = Contribution.objects.visible_to(person).values("id")
        return self.filter(contribution_id__in=seen, state=ReplyState.PUBLISHED)

    def in_order(self) -> ReplyQuerySet:
        return self.order_by("created_at", "id")


class Reply(Placed):
    """An answer in a forum, a comment on a post: one table, at most one level of indent."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="replies")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="replies")
    source = models.TextField()
    html = models.TextField(default="", blank=True)
    text = models.TextField(default="", blank=True)
    renderer_version = models.PositiveSmallIntegerField(default=1)
    side = models.SmallIntegerField(choices=Side, default=Side.NONE)
    state = models.CharField(max_length=10, choices=ReplyState, default=ReplyState.PUBLISHED)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    reaction_counts = models.JSONField(default=dict, blank=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "replies"
        indexes = [
            models.Index(fields=["contribution", "created_at", "id"], name="spine_replies"),
            models.Index(F("author"), F("created_at").desc(), name="spine_reply_author"),
        ]

    @property
    def key(self) -> str:
        return encode(self.id)

    @property
    def url(self) -> str:
        return f"/go/{encode(self.contribution_id)}/?reply={self.key}#r-{self.key}"


class Entry(Placed):
    """What the search finds a contribution or a reply by: its words, and its stems; a cache (contributions.entries).

    Its key is that of the contribution or reply itself. `words` is filled by the database's own functions.
    """

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="entries")
    is_reply = models.BooleanField(default=False)
    kind = models.CharField(max_length=20)
    author_id = models.BigIntegerField()
    at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["space_id", "id"], name="spine_entry_space"),
            GinIndex(fields=["words"], fastupdate=False, name="spine_entry_words"),
        ]
