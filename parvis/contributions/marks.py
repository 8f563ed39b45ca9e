"""What hangs on the spine: reactions, mentions, tags, files, revisions, drafts, and a reader's own marks.

Not here: the spine itself (contributions.models) and the writes (contributions.actions).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parvis.contributions.models import Contribution, Placed, Reply
from parvis.kernel.db import Keyed
from parvis.kernel.ids import encode
from parvis.spaces.models import Level

REACTIONS = ("like", "bravo", "useful", "support", "curious", "smile")


class Reaction(Placed):
    """One person's reaction to a contribution or to one of its replies; a second one replaces the first."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reactions")
    reply = models.ForeignKey(
        Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="reactions"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "reply", "person"], name="marks_reaction_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(name__in=REACTIONS), name="marks_reaction_known"),
        ]


class Mention(Placed):
    """A person named in a text; the name itself is looked up when it is shown."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="mentions")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["contribution"], name="marks_mentions")]


class Tag(Placed):
    """A word a contribution is about, folded to lower case without accents; label keeps the spelling."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="tags")
    word = models.CharField(max_length=60)
    label = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "word"], name="marks_tag_once")]
        indexes = [
            models.Index(fields=["word"], name="marks_tag_word"),
            models.Index(
                F("word"), F("contribution_id").desc(), name="marks_tag_open", condition=Q(audience=0)
            ),  # for those who follow the tag: what everybody may read
        ]


class Attachment(Keyed):
    """A file in a text. Until its text is published it belongs to its uploader alone (audience: named)."""

    contribution = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    reply = models.ForeignKey(
        Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    space_id = models.BigIntegerField(null=True, editable=False)
    audience = models.SmallIntegerField(default=2, editable=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    alt = models.CharField(max_length=400, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="marks_file")]

    @property
    def is_image(self) -> bool:
        return self.width is not None

    @property
    def url(self) -> str:
        from urllib.parse import quote

        return f"/files/{encode(self.id)}/{quote(self.name)}"


class Revision(Placed):
    """A text as it stood before an edit."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="revisions")
    reply = models.ForeignKey(
        Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="revisions"
    )
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=300, default="", blank=True)
    source = models.TextField(default="", blank=True)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["contribution", "-created_at"], name="marks_revisions")]


class Draft(Keyed):
    """What a person is typing, saved at every pause; private, and found again on any device.

    `place` names the form it belongs to (e.g. "new", "reply:<id>", "edit:<id>"), one draft for each.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=80)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="marks_draft_once")]


class Bookmark(Keyed):
    """A contribution put aside by a person, for themselves."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookmarks")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "contribution"], name="marks_bookmark_once")]


class ReadMark(models.Model):
    """How far a person has read a thread. Private to them: statistics never join it."""

    pk = models.CompositePrimaryKey("person_id", "contribution_id")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    read_until = models.DateTimeField()


class Pin(Placed):
    """A contribution kept on top of its community until a date; `is_start_here` marks the one to begin with."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="pins")
    is_start_here = models.BooleanField(default=False)
    until = models.DateTimeField(null=True, blank=True)
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contribution"], name="marks_pin_once"),
            models.UniqueConstraint(
                fields=["space_id"], condition=Q(is_start_here=True), name="marks_one_start_here"
            ),
        ]


class Follow(Keyed):
    """How closely a person follows one thread."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="follows")
    level = models.SmallIntegerField(choices=Level, default=Level.FOLLOWING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "person"], name="marks_follow_once")]


class TagFollow(Keyed):
    """A word a person wants to see in their stream."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followed_tags"
    )
    word = models.CharField(max_length=60)
    level = models.SmallIntegerField(choices=Level, default=Level.FOLLOWING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "word"], name="marks_tag_follow_once")]


class Report(Placed):
    """Someone asks the hosts to look at a contribution or a reply."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reports")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=400)
    created_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                F("space_id"), F("created_at"), name="marks_open_reports", condition=Q(handled_at=None)
            )
        ]


class Total(Placed):
    """A count that came with an import ("at the source: 12"); it has no voters and never ranks anything."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="totals")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.CASCADE, related_name="totals")
    name = models.CharField(max_length=40)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "reply", "name"], name="marks_total_once", nulls_distinct=False
            )
        ]
