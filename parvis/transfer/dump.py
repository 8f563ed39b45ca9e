"""Writing everything people made into a bundle. What was imported keeps the ids of its source.

Never in it: passwords, sessions, administration rights, read marks, bookmarks, drafts, secret ballots, exchanges.
Who may: the command line, and an administrator by a job. Not here: the format (transfer.bundle).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from parvis.contributions.marks import Attachment, Follow, Reaction, TagFollow, Total
from parvis.contributions.models import Contribution, Reply, ReplyState, Side, State
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.files import site_store
from parvis.kernel.ids import decode, encode
from parvis.membership.charters import current
from parvis.people.models import Person, Subject
from parvis.spaces.models import Level, Membership, Space, SpaceKind, Subscription
from parvis.toolkit import registry
from parvis.transfer import bundle, rows
from parvis.transfer.models import Source

Progress = Callable[[str, int, int], None]
LEVELS = {Level.MUTED: "muted", Level.NORMAL: "normal", Level.FOLLOWING: "following"}
KEPT_STATES = [State.PUBLISHED, State.HIDDEN]
OWN_ORIGIN = "parvis"


@dataclass(frozen=True)
class Report:
    """What was written."""

    counts: dict[str, int]

    def sentences(self) -> list[str]:
        return [f"{table}: {count}" for table, count in self.counts.items() if count]


class Names:
    """The id by which each of our rows is known in the bundle: its source's, else our key."""

    def __init__(self) -> None:
        self.given: dict[tuple[str, int], str] = {}
        self.origins: set[str] = set()
        taken: set[tuple[str, str]] = set()
        for origin, kind, source_id, thing_id in (
            Source.objects.order_by("id")
            .values_list("origin", "kind", "source_id", "thing_id")
            .iterator(chunk_size=5000)
        ):
            if (kind, source_id) not in taken and (kind, thing_id) not in self.given:
                taken.add((kind, source_id))
                self.given[(kind, thing_id)] = source_id
                self.origins.add(origin)

    def of(self, table: str, key: int) -> str:
        return self.given.get((table, key)) or encode(key)

    def maybe(self, table: str, key: int | None) -> str | None:
        return None if key is None else self.of(table, key)

    def text(self, source: str) -> str:
        """A body with our keys of people and files replaced by the bundle's ids."""
        return bundle.translate(
            source,
            person=lambda key: self._spelled("people", key),
            file=lambda key: self._spelled("files", key),
            thing=lambda key: self._spelled("objects", key),
            rooms=registry.thing_rooms(),
        )

    def _spelled(self, table: str, key: str) -> str | None:
        try:
            return self.of(table, decode(key))
        except ValueError:
            return None

    def detail(self, value: Any) -> Any:
        """A kind's detail, with our keys of replies, contributions and files replaced, those in its texts too."""
        if isinstance(value, dict):
            return {self.detail(name): self.detail(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.detail(item) for item in value]
        if isinstance(value, str) and len(value) == 13:
            try:
                key = decode(value)
            except ValueError:
                return value
            return next(
                (
                    self.given[(t, key)]
                    for t in ("replies", "objects", "files", "people")
                    if (t, key) in self.given
                ),
                value,
            )
        return self.text(value) if isinstance(value, str) else value


def export_bundle(path: Path, *, progress: Progress | None = None) -> Report:
    """Writes the whole network into a bundle at `path`: whole or not at all. Raises Refused when it can't be written."""
    tell = progress or (lambda what, done, total: None)
    with acting(SYSTEM):
        names = Names()
        origin = next(iter(names.origins)) if len(names.origins) == 1 else OWN_ORIGIN
        tables = {of_type: _counted(dump(names), of_type.table, tell) for of_type, dump in DUMPS.items()}
        manifest = bundle.write(
            Path(path),
            tables,
            origin=origin,
            created_at=clock.now(),
            generator=_("Parvis"),
            open_file=_open_file,
        )
    return Report(manifest.counts)


def _counted(found: Iterator[Any], table: str, tell: Progress) -> Iterator[Any]:
    done = 0
    for row in found:
        done += 1
        if done % 200 == 0:
            tell(table, done, 0)
        yield row
    tell(table, done, done)


def _open_file(file: rows.File) -> BinaryIO:
    return site_store().open(file.sha256)


def dump_people(names: Names) -> Iterator[rows.Person]:
    """Everybody, without how they sign in."""
    found = Person.objects.order_by("id").prefetch_related("subjects", "values__field")
    for person in found.iterator(chunk_size=500):
        subjects = sorted(person.subjects.all(), key=lambda subject: subject.id)
        yield rows.Person(
            id=names.of("people", person.id),
            display_name=person.display_name,
            state=person.state,
            email=person.email or "",
            username=person.username or "",
            job_title=person.job_title,
            department=person.department,
            site=person.site,
            manager=names.maybe("people", person.manager_id),
            languages=tuple(person.languages),
            bio=person.bio,
            hello=person.hello,
            is_hidden=person.is_hidden,
            ask_about=tuple(subject.label for subject in subjects if subject.kind == Subject.ASK),
            interests=tuple(subject.label for subject in subjects if subject.kind == Subject.INTEREST),
            fields={value.field.label_fr: value.value for value in person.values.all()},
            hidden_fields=tuple(person.hidden_fields),
            language=person.language,
            time_zone=person.time_zone,
            created_at=person.created_at,
        )


def dump_files(names: Names) -> Iterator[rows.File]:
    """Files of texts that go along, and covers."""
    found = Attachment.objects.filter(contribution__in=_kept()) | Attachment.objects.filter(
        id__in=[key for (table, key) in names.given if table == "files"]
    )
    for row in found.order_by("id").distinct().iterator(chunk_size=500):
        yield rows.File(
            id=names.of("files", row.id),
            owner=names.of("people", row.uploader_id),
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            sha256=row.sha256,
            alt=row.alt,
            created_at=row.created_at,
        )


def _spaces() -> Any:
    return Space.objects.exclude(kind=SpaceKind.EXCHANGE)


def _kept() -> Any:
    """Contributions that leave: published or hidden ones of communities and personal spaces, installed kinds or not."""
    return Contribution.objects.filter(state__in=KEPT_STATES).exclude(space__kind=SpaceKind.EXCHANGE)


def dump_spaces(names: Names) -> Iterator[rows.Space]:
    """Communities and personal spaces, with the charter in force."""
    covers = dict(
        Attachment.objects.filter(id__in=[k for t, k in names.given if t == "files"]).values_list(
            "sha256", "id"
        )
    )
    for space in _spaces().order_by("id").prefetch_related("tools").iterator(chunk_size=500):
        charter = current(space)
        yield rows.Space(
            id=names.of("spaces", space.id),
            kind=space.kind,
            slug=space.slug,
            name=space.name,
            purpose=space.purpose,
            theme=space.theme,
            access=space.access,
            owner=names.maybe("people", space.owner_id),
            category=space.category,
            tags=tuple(space.tags),
            cover=names.maybe("files", covers.get(space.cover)),
            hue=space.hue,
            welcome=names.text(space.welcome),
            charter=names.text(charter.source) if charter else "",
            is_everyone=space.is_everyone,
            posting=space.posting,
            tools={
                tool.slug: tool.replaces for tool in sorted(space.tools.all(), key=lambda tool: tool.slug)
            },
            created_at=space.created_at,
            created_by=names.maybe("people", space.created_by_id),
            archived_at=space.archived_at,
        )


def dump_memberships(names: Names) -> Iterator[rows.Membership]:
    """Who belongs where."""
    for row in Membership.objects.filter(space__in=_spaces()).order_by("id").iterator(chunk_size=2000):
        yield rows.Membership(
            id=names.of("memberships", row.id),
            space=names.of("spaces", row.space_id),
            person=names.of("people", row.person_id),
            role=row.role,
            host_until_on=row.host_until_on,
            joined_at=row.joined_at,
        )


def dump_objects(names: Names) -> Iterator[rows.Object]:
    """Contributions, hosts before their parts."""
    found = _kept().select_related("body").prefetch_related("tags", "attachments")
    for whole in (found.filter(part_of=None), found.exclude(part_of=None)):
        for row in whole.order_by("id").iterator(chunk_size=500):
            yield _object(names, row)


def _object(names: Names, row: Contribution) -> rows.Object:
    kind = registry.kind(row.kind)
    detail = kind.dump(row) if kind else row.card.get("detail", {})
    files = [one for one in row.attachments.all() if one.reply_id is None]
    tags = sorted(row.tags.all(), key=lambda tag: tag.id)
    return rows.Object(
        id=names.of("objects", row.id),
        kind=row.kind,
        space=names.of("spaces", row.space_id),
        author=names.of("people", row.author_id),
        title=row.title,
        body=names.text(row.body.source),
        language=row.language,
        state="published" if row.state == State.PUBLISHED else "hidden",
        is_listed=row.is_listed,
        are_replies_open=row.are_replies_open,
        part_of=names.maybe("objects", row.part_of_id),
        published_at=row.published_at,
        edited_at=row.edited_at,
        tags=tuple(tag.label for tag in tags),
        attachments=tuple(names.of("files", one.id) for one in sorted(files, key=lambda one: one.id)),
        detail=names.detail(detail),
    )


def dump_replies(names: Names) -> Iterator[rows.Reply]:
    """Replies that stand, those of the first level before what was answered to them."""
    found = Reply.objects.filter(contribution__in=_kept()).exclude(state=ReplyState.REMOVED)
    sides = {Side.NONE: None, Side.FOR: "for", Side.AGAINST: "against"}
    removed = set(Reply.objects.filter(state=ReplyState.REMOVED).values_list("id", flat=True))
    for whole in (found.filter(parent=None), found.exclude(parent=None)):
        for row in whole.order_by("id").prefetch_related("attachments").iterator(chunk_size=500):
            parent = None if row.parent_id in removed else row.parent_id
            yield rows.Reply(
                id=names.of("replies", row.id),
                object=names.of("objects", row.contribution_id),
                parent=names.maybe("replies", parent),
                author=names.of("people", row.author_id),
                body=names.text(row.source),
                side=sides[Side(row.side)],
                state="published" if row.state == ReplyState.PUBLISHED else "hidden",
                attachments=tuple(names.of("files", one.id) for one in row.attachments.all()),
                created_at=row.created_at,
                edited_at=row.edited_at,
            )


def dump_reactions(names: Names) -> Iterator[rows.Reaction]:
    """Reactions to what leaves."""
    found = Reaction.objects.filter(contribution__in=_kept()).exclude(reply__state=ReplyState.REMOVED)
    for row in found.order_by("id").iterator(chunk_size=2000):
        yield rows.Reaction(
            id=names.of("reactions", row.id),
            object=names.of("objects", row.contribution_id),
            reply=names.maybe("replies", row.reply_id),
            person=names.of("people", row.person_id),
            name=row.name,
            created_at=row.created_at,
        )


def dump_follows(names: Names) -> Iterator[rows.Follow]:
    """What people follow beyond where they belong: spaces, threads, tags."""
    belonging = Membership.objects.all().values_list("space_id", "person_id")
    plain = set(belonging.iterator(chunk_size=5000))
    for row in Subscription.objects.filter(space__in=_spaces()).order_by("id").iterator(chunk_size=2000):
        if row.level == Level.NORMAL and (row.space_id, row.person_id) in plain:
            continue  # comes with the membership
        yield rows.Follow(
            id=names.of("follows", row.id),
            person=names.of("people", row.person_id),
            space=names.of("spaces", row.space_id),
            level=LEVELS[Level(row.level)],
        )
    for follow in Follow.objects.filter(contribution__in=_kept()).order_by("id").iterator(chunk_size=2000):
        yield rows.Follow(
            id=names.of("follows", follow.id),
            person=names.of("people", follow.person_id),
            object=names.of("objects", follow.contribution_id),
            level=LEVELS[Level(abs(follow.level))],  # negative: gone quiet by itself (attention.ignoring)
        )
    for tag in TagFollow.objects.order_by("id").iterator(chunk_size=2000):
        yield rows.Follow(
            id=names.of("follows", tag.id),
            person=names.of("people", tag.person_id),
            tag=tag.word,
            level=LEVELS[Level(tag.level)],
        )


def dump_totals(names: Names) -> Iterator[rows.Total]:
    """Counts that had come from elsewhere."""
    found = Total.objects.filter(contribution__in=_kept()).exclude(reply__state=ReplyState.REMOVED)
    for row in found.order_by("id").iterator(chunk_size=2000):
        yield rows.Total(
            id=names.of("totals", row.id),
            object=names.of("objects", row.contribution_id),
            name=row.name,
            count=row.count,
            reply=names.maybe("replies", row.reply_id),
        )


DUMPS: dict[type[rows.Row], Callable[[Names], Iterator[Any]]] = {
    rows.Person: dump_people,
    rows.File: dump_files,
    rows.Space: dump_spaces,
    rows.Membership: dump_memberships,
    rows.Object: dump_objects,
    rows.Reply: dump_replies,
    rows.Reaction: dump_reactions,
    rows.Follow: dump_follows,
    rows.Total: dump_totals,
}
