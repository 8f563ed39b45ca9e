"""The rows of a bundle, one dataclass a file, in the order in which they are read. See docs/bundle.md.

Not here: how files are read and written (transfer.bundle), what the rows become (transfer.load).
"""

# ruff: noqa: RUF009 - the calls of transfer.fields make dataclass fields

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.utils.translation import gettext as _

from parvis.transfer import fields as of

MAX_BODY = 200_000  # characters of Markdown
MAX_TITLE = 300


class BadRow(ValueError):
    """A row that breaks the format; `sentences` says everything that is wrong with it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, kw_only=True)
class Row:
    """What all rows share: a table, an id unique within its file, and a strict reading."""

    table: ClassVar[str]
    once: ClassVar[tuple[str, ...]] = ()  # fields that together may stand in one row only

    id: str = of.source_id()

    @classmethod
    def read(cls, data: Any) -> Self:
        """The row a JSON object describes. Raises BadRow with every fault, unknown fields included."""
        if not isinstance(data, dict):
            raise BadRow([_("This line isn't a JSON object.")])
        declared = {declaration.name: declaration for declaration in fields(cls)}
        sentences = [
            _("“%(field)s” isn't a field of this file.") % {"field": name[:80]}
            for name in data
            if name not in declared
        ]
        values: dict[str, Any] = {}
        for name, declaration in declared.items():
            if name not in data:
                if declaration.default is MISSING and declaration.default_factory is MISSING:
                    sentences.append(_("“%(field)s” is missing.") % {"field": name})
                continue
            try:
                values[name] = declaration.metadata["check"](data[name])
            except of.Wrong as wrong:
                sentences.append(_("“%(field)s” %(fault)s.") % {"field": name, "fault": wrong})
        if sentences:
            raise BadRow(sentences)
        row = cls(**values)
        if faults := row.faults():
            raise BadRow(faults)
        return row

    def written(self) -> dict[str, Any]:
        """The JSON object of the row: fields in declared order, those with their default value left out."""
        found = {}
        for declaration in fields(self):
            value = getattr(self, declaration.name)
            factory = declaration.default_factory
            default = declaration.default if factory is MISSING else factory()
            if value != default:
                found[declaration.name] = of.written(value)
        return found

    def faults(self) -> list[str]:
        """Sentences on fields that are right one by one but not together."""
        return []

    def references(self) -> list[tuple[str, str, str, bool]]:
        """What the row points at: (field, table, id, whether it may stand further down the same file)."""
        found = []
        for declaration in fields(self):
            table = declaration.metadata.get("refers_to")
            value = getattr(self, declaration.name)
            if table and value:
                for key in value if isinstance(value, tuple) else (value,):
                    found.append((declaration.name, table, key, declaration.metadata.get("is_later", False)))
        return found


@dataclass(frozen=True, kw_only=True)
class Person(Row):
    """Someone who wrote, belongs or is named. Passwords, sessions and administration rights are never carried."""

    table: ClassVar[str] = "people"

    display_name: str = of.text(120, is_required=True)
    state: str = of.choice("unclaimed", "active", "suspended", "left", default="unclaimed")
    email: str = of.text(254)
    username: str = of.text(60)
    job_title: str = of.text(160)
    department: str = of.text(120)
    site: str = of.text(120)
    manager: str | None = of.reference("people", is_later=True)
    languages: tuple[str, ...] = of.texts(40, 20)
    ask_about: tuple[str, ...] = of.texts(80, 50)
    interests: tuple[str, ...] = of.texts(80, 50)
    bio: str = of.text(20_000, has_lines=True)
    hello: str = of.text(280, has_lines=True)
    fields: dict[str, str] = of.mapping(100)
    hidden_fields: tuple[str, ...] = of.texts(40, 50)
    is_hidden: bool = of.flag(False)
    language: str = of.choice("fr", "en", default="fr")
    time_zone: str = of.text(60)
    created_at: datetime | None = of.moment()


@dataclass(frozen=True, kw_only=True)
class File(Row):
    """A file that texts show; its content stands in `files/` under its hash."""

    table: ClassVar[str] = "files"

    owner: str = of.reference("people", is_required=True)
    name: str = of.text(255, is_required=True)
    media_type: str = of.text(100, is_required=True)
    size: int = of.whole(2**40)
    sha256: str = of.sha256()
    alt: str = of.text(400, has_lines=True)
    created_at: datetime | None = of.moment()


@dataclass(frozen=True, kw_only=True)
class Space(Row):
    """A community, or a person's own room (which has an owner)."""

    table: ClassVar[str] = "spaces"
    once: ClassVar[tuple[str, ...]] = ("slug",)

    kind: str = of.choice("community", "personal", default="community")
    slug: str = of.slug(80)
    name: str = of.text(120, is_required=True)
    purpose: str = of.text(240)
    theme: str = of.choice("professional", "interest", default="professional")
    access: str = of.choice("open", "on_request", "secret", default="open")
    owner: str | None = of.reference("people")
    category: str = of.text(80)
    tags: tuple[str, ...] = of.texts(40, 20)
    cover: str | None = of.reference("files")
    hue: int = of.whole(360, default=0)
    welcome: str = of.text(20_000, has_lines=True)
    charter: str = of.text(MAX_BODY, has_lines=True)
    is_everyone: bool = of.flag(False)
    posting: str = of.choice("members", "hosts", default="members")
    tools: dict[str, str] = of.mapping(40)
    created_at: datetime | None = of.moment()
    created_by: str | None = of.reference("people")
    archived_at: datetime | None = of.moment()

    def faults(self) -> list[str]:
        if (self.kind == "personal") != (self.owner is not None):
            return [_("A personal space has an “owner”, a community has none.")]
        return []


@dataclass(frozen=True, kw_only=True)
class Membership(Row):
    """A person belongs to a space."""

    table: ClassVar[str] = "memberships"
    once: ClassVar[tuple[str, ...]] = ("space", "person")

    space: str = of.reference("spaces", is_required=True)
    person: str = of.reference("people", is_required=True)
    role: str = of.choice("member", "host", default="member")
    host_until_on: date | None = of.day()
    joined_at: datetime | None = of.moment()


@dataclass(frozen=True, kw_only=True)
class Object(Row):
    """A contribution: one topic, post, note, idea… `detail` is what its own tool dumps and loads."""

    table: ClassVar[str] = "objects"

    kind: str = of.slug(20)
    space: str = of.reference("spaces", is_required=True)
    author: str = of.reference("people", is_required=True)
    title: str = of.text(MAX_TITLE)
    body: str = of.text(MAX_BODY, has_lines=True)
    language: str = of.choice("fr", "en", default="fr")
    state: str = of.choice("published", "hidden", "draft", default="published")
    is_listed: bool = of.flag(True)
    are_replies_open: bool = of.flag(True)
    part_of: str | None = of.reference("objects")
    published_at: datetime | None = of.moment()
    edited_at: datetime | None = of.moment()
    tags: tuple[str, ...] = of.texts(60, 20)
    attachments: tuple[str, ...] = of.references("files", 200)
    detail: dict[str, Any] = of.mapping(60, is_deep=True)

    def faults(self) -> list[str]:
        if self.state == "published" and self.published_at is None:
            return [_("What is published has a “published_at”.")]
        return []


@dataclass(frozen=True, kw_only=True)
class Reply(Row):
    """An answer or comment; `parent` is a reply to the same object that has no parent itself."""

    table: ClassVar[str] = "replies"

    object: str = of.reference("objects", is_required=True)
    parent: str | None = of.reference("replies")
    author: str = of.reference("people", is_required=True)
    body: str = of.text(MAX_BODY, is_required=True, has_lines=True)
    side: str | None = of.optional_choice("for", "against")
    state: str = of.choice("published", "hidden", default="published")
    attachments: tuple[str, ...] = of.references("files", 200)
    created_at: datetime = of.moment(is_required=True)
    edited_at: datetime | None = of.moment()


@dataclass(frozen=True, kw_only=True)
class Reaction(Row):
    """One person's reaction to an object, or to one of its replies."""

    table: ClassVar[str] = "reactions"
    once: ClassVar[tuple[str, ...]] = ("object", "reply", "person")

    object: str = of.reference("objects", is_required=True)
    reply: str | None = of.reference("replies")
    person: str = of.reference("people", is_required=True)
    name: str = of.choice("like", "bravo", "useful", "support", "curious", "smile")
    created_at: datetime | None = of.moment()


@dataclass(frozen=True, kw_only=True)
class Follow(Row):
    """How closely a person follows a space (their own rooms' owners included), an object or a tag."""

    table: ClassVar[str] = "follows"
    once: ClassVar[tuple[str, ...]] = ("person", "space", "object", "tag")

    person: str = of.reference("people", is_required=True)
    space: str | None = of.reference("spaces")
    object: str | None = of.reference("objects")
    tag: str = of.text(60)
    level: str = of.choice("muted", "normal", "following", default="following")

    def faults(self) -> list[str]:
        if sum(bool(target) for target in (self.space, self.object, self.tag)) != 1:
            return [_("A follow has exactly one of “space”, “object” and “tag”.")]
        return []


@dataclass(frozen=True, kw_only=True)
class Total(Row):
    """A count that has no voters here ("at the source: 12"), of an object or one of its replies."""

    table: ClassVar[str] = "totals"
    once: ClassVar[tuple[str, ...]] = ("object", "reply", "name")

    object: str = of.reference("objects", is_required=True)
    reply: str | None = of.reference("replies")
    name: str = of.slug(40)
    count: int = of.whole(2**31 - 1)


# A row may refer to rows of earlier files and earlier rows of its own: one pass is then enough to load a bundle.
ORDER: tuple[type[Row], ...] = (Person, File, Space, Membership, Object, Reply, Reaction, Follow, Total)
TABLES: dict[str, type[Row]] = {row.table: row for row in ORDER}
