"""Sources, their items, the shelves they stand on, and what readers did with them. Not here: contributions.

An item is nobody's contribution and counts as nobody's activity. It becomes one only when somebody brings it to a
community: `Bringing` then says who, and where.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from parvis.contributions.models import Contribution, Placed
from parvis.kernel.db import Keyed
from parvis.spaces.models import Space


class Source(Keyed):
    """One feed, fetched once for everybody. `trouble` is a word of `showing.TROUBLES`, empty when all is well."""

    url = models.CharField(max_length=2000, unique=True)
    title = models.CharField(max_length=200, default="", blank=True)
    site_url = models.CharField(max_length=2000, default="", blank=True)
    description = models.CharField(max_length=400, default="", blank=True)
    etag = models.CharField(max_length=200, default="", blank=True)
    last_modified = models.CharField(max_length=60, default="", blank=True)
    trouble = models.CharField(max_length=20, default="", blank=True)
    minutes = models.PositiveIntegerField(default=60)  # between two calls
    failures = models.PositiveSmallIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="feeds_source_due")]


class Item(Keyed):
    """One article of a source, cleaned. `mark` tells it from its source's others, `twin` is the same everywhere."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="items")
    mark = models.CharField(max_length=32)
    twin = models.CharField(max_length=32)
    digest = models.CharField(max_length=32)
    url = models.CharField(max_length=2000, default="", blank=True)
    title = models.CharField(max_length=300)
    author = models.CharField(max_length=120, default="", blank=True)
    excerpt = models.CharField(max_length=400, default="", blank=True)
    html = models.TextField(default="", blank=True)
    folded = models.TextField(default="", blank=True)  # title and text, as alerts and mutes compare them
    at = models.DateTimeField()
    found_at = models.DateTimeField(default=timezone.now)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "mark"], name="feeds_item_once")]
        indexes = [
            models.Index(F("source"), F("at").desc(), F("id").desc(), name="feeds_item_newest"),
            models.Index(fields=["twin"], name="feeds_item_twin"),
            GinIndex(fields=["search"], name="feeds_item_search"),
        ]


class Picture(Keyed):
    """A picture of an item, kept by us for a while: `sha256` names our own copy in the cache (pictures.py), or nothing yet."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveSmallIntegerField()  # its place in the item's HTML
    address = models.CharField(max_length=2000)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="feeds_picture_once")]
        indexes = [models.Index(fields=["kept_at"], name="feeds_picture_age")]


class Letterbox(Keyed):
    """The secret address at which a source without a feed receives its newsletter; only the token's hash is known."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="letterbox")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(null=True, blank=True)


class Subscription(Keyed):
    """A source on a shelf: somebody's own, or a community's."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="subscriptions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    space = models.ForeignKey(Space, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    is_muted = models.BooleanField(default=False)  # on one's own shelf: kept, not shown among the rest
    is_at_home = models.BooleanField(default=False)  # on one's own shelf: also between people's cards at home
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(space__isnull=True), name="feeds_subscription_one_shelf"
            ),
            models.UniqueConstraint(fields=["person", "source"], name="feeds_subscription_person"),
            models.UniqueConstraint(fields=["space", "source"], name="feeds_subscription_space"),
        ]


class HomeShelf(Keyed):
    """A community's shelf that somebody wants at home too, for as long as they may read it."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "space"], name="feeds_home_shelf_once")]


class Mark(Keyed):
    """An item that somebody has read."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="feeds_mark_once")]


class ReadUntil(Keyed):
    """Everything of a source that had been found by then is read, for one person."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "source"], name="feeds_read_until_once")]


class Word(Keyed):
    """A word that somebody wants to be told of, or never to see, in the feeds on their shelf."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=80)
    folded = models.CharField(max_length=80)
    is_mute = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "folded"], name="feeds_word_once")]


class Bringing(Placed):
    """Where an item was brought, and by whom; read by who may read what it became."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="bringings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contribution", "item"], name="feeds_bringing_once")]
