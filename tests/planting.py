"""A word of its own in every text of every table, and in every stored file, and who may meet it.

Planting is by introspection; who may is written from the design, not from the code. Not here: the reading (tests.sweeping).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from parvis.approvals.models import Review
from parvis.contributions.models import Contribution, Reply
from parvis.kernel.files import local_store
from parvis.spaces.models import Space
from parvis.tools.feeds.models import Subscription
from parvis.tools.feeds.pictures import cache as picture_cache
from tests.canary_exemptions import EXEMPT, FILE
from tests.world import World

MEMBERS = frozenset({"member", "cohost", "author", "host"})
SIGNED = MEMBERS | {"stranger", "host_elsewhere", "ex_member", "administrator", "invitee"}
ALL = SIGNED | {"visitor", "suspended"}
CLOSED = ("on_request", "secret", "archived")
OUTSIDER = "outsider"  # whoever reads a mail to an address that is nobody's
# What a letter may tell an outsider: who writes, and which place that isn't secret invites. REVIEWED BY PEOPLE.
TOLD_OUTSIDE = {"people_person.display_name", "spaces_space.name"}
WORD = re.compile(r"canari\d{5}z")


@dataclass
class Planted:
    """word → where it stands, and who may meet it."""

    where: dict[str, str] = field(default_factory=dict)
    readers: dict[str, frozenset[str]] = field(default_factory=dict)

    def new(self, column: str, readers: frozenset[str]) -> str:
        word = f"canari{len(self.where):05d}z"
        if column in TOLD_OUTSIDE and "stranger" in readers:
            readers |= {OUTSIDER}
        self.where[word], self.readers[word] = column, readers
        return word


def text_columns() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every column that can hold a text, of every table of the house."""
    texts = (models.CharField, models.TextField, models.JSONField, ArrayField)
    for model in apps.get_models():
        if model.__module__.startswith("parvis."):
            yield from (
                (model, one)
                for one in model._meta.concrete_fields
                if isinstance(one, texts) and not _is_of_ids(one)
            )


def _is_of_ids(one: models.Field[Any, Any]) -> bool:
    return isinstance(one, ArrayField) and isinstance(one.base_field, models.IntegerField)


def name_of(model: type[models.Model], one: models.Field[Any, Any]) -> str:
    return f"{model._meta.db_table}.{one.column}"


# Who may meet the words of a row: written from the design, not from the code


def place_of(world: World, space_id: int) -> str:
    """The world's name of a space; "beside" for those made beside it, which everybody may read or know."""
    named = next((name for name, space in world.cast.spaces().items() if space.id == space_id), "")
    if not named and Space.objects.filter(id=space_id, kind="exchange").exists():
        return "exchange"  # between the author and the member
    return named or "beside"


def host_of(place: str) -> frozenset[str]:
    return frozenset(
        {
            {"everyone": "administrator", "personal": "author", "elsewhere": "host_elsewhere"}.get(
                place, "host"
            )
        }
    )


def who_reads(place: str) -> frozenset[str]:
    if place == "elsewhere":
        return frozenset({"host_elsewhere"})
    if place == "exchange":
        return frozenset({"author", "member"})
    return MEMBERS if place in CLOSED else frozenset(SIGNED)


def who_knows(place: str) -> frozenset[str]:
    if place == "exchange":
        return who_reads(place)
    return MEMBERS | {"invitee"} if place == "secret" else frozenset(SIGNED)


def of_contribution(world: World, row: Contribution) -> frozenset[str]:
    place = place_of(world, row.space_id)
    if row.state == "published":
        return who_reads(place)
    return frozenset({"author"}) | (host_of(place) if row.state == "hidden" else frozenset())


def of_reply(world: World, row: Reply) -> frozenset[str]:
    writer = frozenset({"author"} if row.author_id == world.cast.author.id else {"member"})
    seen = of_contribution(world, row.contribution)
    if row.state == "published":
        return seen
    return writer | (
        host_of(place_of(world, row.contribution.space_id)) if row.state == "hidden" else frozenset()
    )


def of_source(world: World, source_id: int) -> frozenset[str]:
    """Those on whose shelf it stands, and those who read a community on whose shelf it stands."""
    found: frozenset[str] = frozenset()
    person = {one.id: name for name, one in world.people().items() if one is not None}
    for row in Subscription.objects.filter(source_id=source_id):
        here = who_reads(place_of(world, row.space_id)) if row.space_id else None
        found |= here if here is not None else frozenset({person.get(row.person_id, "")})
    return found


def is_in_work(row: Any) -> bool:
    """Whether a version is newer than the approved one: for those who write there."""
    approved = Review.objects.filter(contribution_id=row.contribution_id, state="approved").first()
    return approved is not None and row.number > approved.number


def readers(world: World, row: Any) -> frozenset[str]:
    """Who may meet the texts of one row of any table."""
    table = row._meta.db_table
    room = table.partition("_")[0]
    person = {one.id: name for name, one in world.people().items() if one is not None}
    if table == "contributions_report" or table == "contributions_recurring":
        return host_of(place_of(world, row.space_id))
    if table == "contributions_draft":
        return frozenset({person.get(row.person_id, "")})
    if isinstance(row, Contribution):
        return of_contribution(world, row)
    if isinstance(row, Reply):
        return of_reply(world, row)
    if getattr(row, "reply_id", None):
        return of_reply(world, row.reply)
    if room == "approvals":  # the words of a review: who asked, who was asked, who wrote the thing
        return frozenset({"author", "member", "cohost"})
    if table == "documents_version" and is_in_work(row):
        return of_contribution(world, row.contribution) & MEMBERS
    if getattr(row, "contribution_id", None):
        return of_contribution(world, row.contribution)
    if getattr(row, "box_id", None):
        return of_contribution(world, row.box.contribution)
    if table == "contributions_attachment":
        return frozenset({person.get(row.uploader_id, "")})
    if table in ("feeds_source", "feeds_item"):
        return of_source(world, row.source_id if table == "feeds_item" else row.id)
    if table == "exchanges_quotation":
        return frozenset({"administrator"})
    if table == "web_insidehost":
        return frozenset({"administrator"})
    if table in ("feeds_word", "accounts_apppassword", "search_savedsearch"):
        return frozenset({person.get(row.person_id, "")})
    if room == "forum" or table == "membership_toolopening":
        return who_reads(place_of(world, row.space_id))
    if table == "membership_invitation" and row.person_id is None and not row.email:
        return frozenset(SIGNED)  # whoever holds the link; the sweep gives it to everybody
    if table in ("membership_invitation", "membership_joinrequest"):
        return host_of(place_of(world, row.space_id)) | {person.get(row.person_id, "")}
    if table == "membership_charter":
        return who_knows(place_of(world, row.space_id))
    if table == "membership_communityrequest":
        return frozenset({"administrator", "stranger"})
    if isinstance(row, Space):
        return who_knows(place_of(world, row.id))
    if table == "spaces_spacetool":
        return who_knows(place_of(world, row.space_id))
    if table == "people_group":
        return frozenset({"administrator", "host", "host_elsewhere", "author", "invitee", "member"})
    if row.__class__.__name__ == "Person" and row.id in (world.cast.member.id, world.cast.unclaimed.id):
        return ALL  # their one-time links greet them by name; the sweep gives those links to everybody
    if room == "accounts":
        return frozenset({"administrator"})
    return frozenset(SIGNED) if room in ("people", "membership") else ALL


def value_for(one: models.Field[Any, Any], word: str) -> Any:
    if isinstance(one, models.JSONField):
        return {
            "title": word,
            "body": word,
            "name": word,
            "purpose": word,
            "theme": "interest",
            "access": "open",
        }
    if isinstance(one, ArrayField):
        return [word]
    return f"<p>{word}</p>" if one.column.endswith("html") else word


def plant(world: World) -> Planted:
    """A new word in every text column of every row, but for those exempted in writing."""
    planted = Planted()
    for model, one in text_columns():
        column = name_of(model, one)
        if column in EXEMPT:
            continue
        for row in model._default_manager.all():
            word = planted.new(column, readers(world, row))
            model._default_manager.filter(pk=row.pk).update(**{one.attname: value_for(one, word)})
    return planted


def plant_files(world: World, planted: Planted) -> None:
    """A new word at the end of every stored file that a column of the reason FILE names; the addresses follow."""
    for model, one in text_columns():
        column = name_of(model, one)
        if EXEMPT.get(column) != FILE:
            continue
        store = picture_cache() if column == "feeds_picture.sha256" else local_store()
        for row in model._default_manager.exclude(**{one.attname: ""}):
            with store.open(getattr(row, one.attname)) as kept:
                data = kept.read()
            word = planted.new(column, readers(world, row))
            kept_anew = store.store(io.BytesIO(data + word.encode()), name="x", max_bytes=1 << 22)
            model._default_manager.filter(pk=row.pk).update(**{one.attname: kept_anew.sha256})
            _readdress(world, row, kept_anew.sha256)


def _readdress(world: World, row: Any, digest: str) -> None:
    """Addresses of covers, portraits and the logo hold a part of the hash."""
    if isinstance(row, Space):
        world.names.get(place_of(world, row.id), {})["version"] = digest[:12]
    elif row.pk == world.cast.author.pk:
        world.site["photo"] = digest[:12]
    elif row._meta.db_table == "web_network":
        world.site["logo"] = f"{digest[:16]}.png"
