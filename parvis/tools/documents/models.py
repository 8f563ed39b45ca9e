"""What a document has of its own: its folder, its versions, their previews. Not here: its words and replies (the spine)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution, Placed
from parvis.kernel.db import Keyed
from parvis.spaces.models import Space


class Folder(Keyed):
    """A drawer of a community. It is no contribution: nobody answers a drawer."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="document_folders")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="inner")
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=255, editable=False)  # what names are sorted and compared by
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "parent", "name_key"], name="documents_folder_once", nulls_distinct=False
            )
        ]


class Preview(models.TextChoices):
    WAITING = "waiting"
    READY = "ready"
    NONE = "none"  # nothing to show, or nothing that could be read safely


class Document(Placed):
    """The detail of a contribution of kind document: what its last version is, where it lies, who is editing it."""

    id = None  # type: ignore[assignment]
    contribution = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.CASCADE, related_name="document"
    )
    folder = models.ForeignKey(
        Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="documents"
    )
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=255, editable=False)
    version = models.PositiveIntegerField(default=0)  # the number of the last one; 0 for a link
    size = models.BigIntegerField(default=0)
    media_type = models.CharField(max_length=100, default="", blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    locked_until = models.DateTimeField(null=True, blank=True)
    is_model = models.BooleanField(default=False)
    link = models.CharField(max_length=1000, default="", blank=True)
    lives_in = models.CharField(max_length=120, default="", blank=True)
    owner = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["space_id", "folder", "name_key", "contribution"], name="documents_by_name"),
            models.Index(
                fields=["space_id", "folder", "changed_at", "contribution"], name="documents_by_date"
            ),
            models.Index(fields=["space_id", "folder", "size", "contribution"], name="documents_by_size"),
            models.Index(F("space_id"), F("changed_at").desc(), name="documents_latest"),
            models.Index(F("changed_by"), F("changed_at").desc(), name="documents_mine"),
        ]


class Version(Placed):
    """One content of a document. `kept_in` is the space it was written in, when the document has moved since:
    only those who may read there too may read it."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="document_versions")
    number = models.PositiveIntegerField()
    # The same file as the spine knows it (bundles, quotas); none for versions kept apart.
    file = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.SET_NULL, related_name="document_versions"
    )
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    note = models.CharField(max_length=300, default="", blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    kept_in = models.ForeignKey(Space, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_kept_apart = models.BooleanField(
        default=False
    )  # written before a move: `kept_in` gone, nobody reads it
    preview = models.CharField(max_length=7, choices=Preview, default=Preview.WAITING)
    pages = models.JSONField(default=list, blank=True)  # [[hash, width, height]] of its drawn pages
    page_count = models.PositiveIntegerField(default=0)
    text = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contribution", "number"], name="documents_version_once")
        ]
        indexes = [models.Index(F("author"), F("created_at").desc(), name="documents_version_mine")]


class Discarded(Keyed):
    """A folder in the community's bin: what folders it held, and in which of them each file lay."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    parent = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField()
    folders = models.JSONField(default=list)
    files = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["space", "removed_at"], name="documents_discarded_place")]


class Incoming(Keyed):
    """A large file on its way in parts: whose it is, where it goes, how much of it has come.

    Its bytes lie beside the kept files until the last has come (incoming.place_of); nobody reads them before. Once it
    is whole, `made` says what became of it, for a sender whose line broke just then.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The document of which it will be a version; the first of several that share a card; what it has become.
    document = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    first = models.ForeignKey(
        Contribution, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made = models.ForeignKey(Contribution, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    note = models.CharField(max_length=300, default="", blank=True)
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__gte=0, offset__lte=F("size"), size__gt=0),
                name="documents_incoming_within",
            )
        ]
