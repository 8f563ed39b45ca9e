"""What each table of a bundle becomes in the database. Called by transfer.load, a batch at a time, as the system.

Each lander gets rows that aren't here yet, and returns our key for each source id. Not here: checking (bundle).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import Count, Max, Q
from django.db.models.functions import Lower

from parvis.contributions import texts
from parvis.contributions.marks import REACTIONS, Attachment, Follow, Mention, Reaction, Tag, TagFollow, Total
from parvis.contributions.models import Body, Contribution, Reply, ReplyState, Side, State
from parvis.kernel import markdown
from parvis.kernel.files import local_store
from parvis.kernel.ids import encode, new_id
from parvis.kernel.words import fold
from parvis.membership.models import Charter
from parvis.people.models import Person, PersonState, ProfileField, ProfileValue, Subject
from parvis.spaces.models import Audience, Level, Membership, Space, SpaceTool, Subscription
from parvis.toolkit import registry
from parvis.transfer import bundle, rows

Known = dict[tuple[str, str], int]
Made = dict[str, int]
LEVELS = {"muted": Level.MUTED, "normal": Level.NORMAL, "following": Level.FOLLOWING}
SIDES = {None: Side.NONE, "for": Side.FOR, "against": Side.AGAINST}


@dataclass
class Landing:
    """One import under way: where it comes from, and our key for every source id met so far."""

    origin: str
    known: Known
    open_file: Callable[[rows.File], BinaryIO]
    date: datetime  # the bundle's own: a moment left out is this one
    audiences: dict[int, int] = field(default_factory=dict)

    def key(self, table: str, source_id: str | None) -> int | None:
        """Our key for a source id, None for none. References were checked: a missing one is a fault of ours."""
        return None if source_id is None else self.known[(table, source_id)]

    def find(self, table: str, source_id: str) -> int | None:
        """Our key for a source id that may be unknown."""
        return self.known.get((table, source_id))

    def text(self, body: str) -> str:
        """A body with the source's ids of people and files replaced by ours."""
        return bundle.translate(
            body,
            person=lambda key: self._encoded("people", key),
            file=lambda key: self._encoded("files", key),
        )

    def _encoded(self, table: str, source_id: str) -> str | None:
        found = self.find(table, source_id)
        return None if found is None else encode(found)


def _key_at(moment: datetime | None) -> int:
    """A key that sorts by the row's own date, like those of rows written here."""
    return new_id(None if moment is None else int(moment.timestamp() * 1000))


def land_people(landing: Landing, batch: list[rows.Person]) -> Made:
    """Unclaimed authors, or people with an address; an address already here is that person, unchanged."""
    emails = {row.email.lower(): row for row in batch if row.email}
    same = Person.objects.annotate(folded=Lower("email")).filter(folded__in=list(emails))
    here = dict(same.values_list("folded", "id"))
    made: Made = {}
    fresh = []
    for row in batch:
        if row.email and row.email.lower() in here:
            made[row.id] = here[row.email.lower()]
            continue
        person = _person(row, landing.date)
        made[row.id] = person.id
        fresh.append((row, person))
    Person.objects.bulk_create([person for _row, person in fresh])
    Subject.objects.bulk_create(_subjects(fresh), ignore_conflicts=True)
    _fill_fields(fresh)
    return made


def _person(row: rows.Person, otherwise: datetime) -> Person:
    taken = bool(row.username) and Person.objects.filter(username__iexact=row.username).exists()
    person = Person(
        id=new_id(),
        display_name=row.display_name,
        state=row.state,
        email=row.email or None,
        username=None if taken else row.username or None,
        job_title=row.job_title,
        department=row.department,
        site=row.site,
        languages=list(row.languages),
        bio=row.bio,
        hello=row.hello,
        hidden_fields=list(row.hidden_fields),
        is_hidden=row.is_hidden,
        language=row.language,
        time_zone=row.time_zone,
        created_at=row.created_at or otherwise,
    )
    person.set_unusable_password()
    person.derive()
    return person


def _subjects(fresh: list[tuple[rows.Person, Person]]) -> list[Subject]:
    return [
        Subject(person=person, kind=kind, label=label, folded=fold(label)[:80])
        for row, person in fresh
        for kind, labels in ((Subject.ASK, row.ask_about), (Subject.INTEREST, row.interests))
        for label in labels
    ]


def _fill_fields(fresh: list[tuple[rows.Person, Person]]) -> None:
    for row, person in fresh:
        for label, value in row.fields.items():
            found, _created = ProfileField.objects.get_or_create(
                label_fr=label[:80], defaults={"label_en": label[:80]}
            )
            ProfileValue.objects.create(person=person, field=found, value=value[:400])


def name_managers(landing: Landing, batch: list[rows.Person]) -> None:
    """Managers may stand further down the file, so they are named when all are here."""
    for row in batch:
        if row.manager is not None:
            Person.objects.filter(id=landing.key("people", row.id), manager=None).update(
                manager_id=landing.key("people", row.manager)
            )


def land_files(landing: Landing, batch: list[rows.File]) -> Made:
    """Contents go to the store by their hash; the rows are tied to their texts later."""
    store = local_store(settings.PARVIS_FILES_ROOT)
    made: Made = {}
    for row in batch:
        with landing.open_file(row) as stream:
            kept = store.store(stream, name=row.name, max_bytes=max(row.size, 1))
        is_picture = kept.media_type.startswith("image/")
        attachment = Attachment.objects.create(
            id=_key_at(row.created_at),
            uploader_id=landing.key("people", row.owner),
            sha256=kept.sha256,
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            alt=row.alt,
            width=0 if is_picture else None,
            height=0 if is_picture else None,
            created_at=row.created_at or landing.date,
        )
        made[row.id] = attachment.id
    return made


def land_spaces(landing: Landing, batch: list[rows.Space]) -> Made:
    """Communities and personal rooms; the community of everyone is the one that is here, if there is one."""
    made: Made = {}
    for row in batch:
        space = _space_here(landing, row) or _new_space(landing, row)
        made[row.id] = space.id
        SpaceTool.objects.bulk_create(
            [SpaceTool(space=space, slug=slug, replaces=text[:240]) for slug, text in row.tools.items()],
            ignore_conflicts=True,
        )
        writer = landing.key("people", row.created_by or row.owner) or _any_person(landing)
        if row.charter and writer:
            source = landing.text(row.charter)
            Charter.objects.get_or_create(
                space=space,
                version=1,
                defaults={"source": source, "html": markdown.render(source).html, "written_by_id": writer},
            )
    return made


def _any_person(landing: Landing) -> int | None:
    return next((key for (table, _id), key in landing.known.items() if table == "people"), None)


def _space_here(landing: Landing, row: rows.Space) -> Space | None:
    if row.is_everyone:
        return Space.objects.filter(is_everyone=True).first()
    if row.kind == "personal":
        return Space.objects.filter(kind="personal", owner_id=landing.key("people", row.owner)).first()
    return None


def _new_space(landing: Landing, row: rows.Space) -> Space:
    slug, number = row.slug, 1
    while Space.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{row.slug[:72]}-{number}"
    cover = landing.key("files", row.cover)
    space = Space(
        id=_key_at(row.created_at),
        kind=row.kind,
        slug=slug,
        name=row.name,
        purpose=row.purpose,
        theme=row.theme,
        access=row.access,
        owner_id=landing.key("people", row.owner),
        category=row.category,
        tags=list(row.tags),
        hue=row.hue,
        welcome=landing.text(row.welcome),
        is_everyone=row.is_everyone,
        posting=row.posting,
        archived_at=row.archived_at,
        created_by_id=landing.key("people", row.created_by),
        cover=Attachment.objects.get(id=cover).sha256 if cover else "",
        created_at=row.created_at or landing.date,
    )
    space.save(force_insert=True)
    return space


def land_memberships(landing: Landing, batch: list[rows.Membership]) -> Made:
    """Who belongs where, and (for the active) what enters their stream."""
    pairs = {row.id: (landing.key("spaces", row.space), landing.key("people", row.person)) for row in batch}
    Membership.objects.bulk_create(
        [
            Membership(
                space_id=pairs[row.id][0],
                person_id=pairs[row.id][1],
                role=row.role,
                host_until_on=row.host_until_on,
                joined_at=row.joined_at or landing.date,
            )
            for row in batch
        ],
        ignore_conflicts=True,
    )
    Subscription.objects.bulk_create(
        [Subscription(space_id=space, person_id=person) for space, person in pairs.values()],
        ignore_conflicts=True,
    )
    here = Membership.objects.filter(space_id__in={space for space, _person in pairs.values()})
    found = {(space, person): key for key, space, person in here.values_list("id", "space_id", "person_id")}
    return {source_id: found[pair] for source_id, pair in pairs.items()}


def land_objects(landing: Landing, batch: list[rows.Object]) -> Made:
    """Contributions with their text, tags, mentions, files and their kind's detail."""
    made: Made = {}
    for row in batch:
        space_id = landing.key("spaces", row.space)
        part_of = made.get(row.part_of or "") or landing.key("objects", row.part_of)
        source = landing.text(row.body)
        rendered = markdown.render(source)
        contribution = Contribution(
            id=_key_at(row.published_at),
            kind=row.kind,
            space_id=space_id,
            space_audience=_audience(landing, space_id),
            author_id=landing.key("people", row.author),
            title=row.title,
            state=State(row.state),
            is_listed=row.is_listed,
            are_replies_open=row.are_replies_open,
            part_of_id=part_of,
            published_at=row.published_at,
            last_activity_at=row.published_at,
            edited_at=row.edited_at,
            language=row.language,
            is_imported=True,
            excerpt=rendered.excerpt[:320],
            search=texts.search_vector(row.title, source),
        )
        contribution.save(force_insert=True)
        contribution.refresh_from_db(fields=["audience"])
        Body.objects.create(
            contribution=contribution,
            source=source,
            html=rendered.html,
            text=rendered.text,
            renderer_version=markdown.RENDERER_VERSION,
        )
        _hang(landing, contribution, row, rendered)
        _load_detail(landing, contribution, row.detail)
        made[row.id] = contribution.id
    return made


def _audience(landing: Landing, space_id: int | None) -> int:
    if not landing.audiences:
        landing.audiences = dict(Space.objects.values_list("id", "audience"))
    if space_id not in landing.audiences:
        landing.audiences.update(Space.objects.filter(id=space_id).values_list("id", "audience"))
    return landing.audiences.get(space_id or 0, Audience.MEMBERS)


def _hang(landing: Landing, contribution: Contribution, row: rows.Object, rendered: Any) -> None:
    place = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    labels = {fold(label)[:60]: label[:60] for label in row.tags}
    Tag.objects.bulk_create(Tag(word=word, label=label, **place) for word, label in labels.items() if word)
    _mention(rendered.mentions, place)
    _attach(landing, row.attachments, place)


def _mention(ids: tuple[int, ...], place: dict[str, Any]) -> None:
    real = (
        Person.objects.filter(id__in=ids, state=PersonState.ACTIVE).values_list("id", flat=True)
        if ids
        else []
    )
    Mention.objects.bulk_create(Mention(person_id=key, **place) for key in real)


def _attach(landing: Landing, files: tuple[str, ...], place: dict[str, Any]) -> None:
    for source_id in files:
        Attachment.objects.filter(id=landing.key("files", source_id), contribution=None).update(**place)


def _load_detail(landing: Landing, contribution: Contribution, detail: dict[str, Any]) -> None:
    """By the kind's own tool; a kind that isn't installed keeps its detail for the day it is."""
    kind = registry.kind(contribution.kind)
    if kind is None:
        Contribution.objects.filter(id=contribution.id).update(card={"detail": detail} if detail else {})
        return
    kind.load(contribution, detail, resolve=landing.find)


def complete_objects(landing: Landing, batch: list[rows.Object]) -> None:
    """Once replies are here: details that name them, counters and last activity. Run again, it changes nothing."""
    ids = {landing.key("objects", row.id): row for row in batch}
    found = Contribution.objects.in_bulk([key for key in ids if key is not None])
    counted = {
        row["contribution_id"]: row
        for row in Reply.objects.filter(contribution_id__in=found)
        .values("contribution_id")
        .annotate(
            n=Count("id", filter=Q(state=ReplyState.PUBLISHED)),
            last=Max("created_at", filter=Q(state=ReplyState.PUBLISHED)),
        )
    }
    for key, contribution in found.items():
        row = ids[key]
        if any(_names_another(landing, value) for value in row.detail.values()):
            _load_detail(landing, contribution, row.detail)
        counts = counted.get(key, {"n": 0, "last": None})
        moments = [moment for moment in (contribution.published_at, counts["last"]) if moment]
        Contribution.objects.filter(id=key).update(
            reply_count=counts["n"],
            last_activity_at=max(moments) if moments else None,
            reaction_counts=_reaction_counts(key, None),
        )


def _names_another(landing: Landing, value: Any) -> bool:
    """Whether a part of a detail is a reply, or an object that may have come after: known only now."""
    if not isinstance(value, str):
        return False
    return landing.find("replies", value) is not None or landing.find("objects", value) is not None


def _reaction_counts(contribution_id: int, reply_id: int | None) -> dict[str, int]:
    rows_ = (
        Reaction.objects.filter(contribution_id=contribution_id, reply_id=reply_id)
        .values("name")
        .annotate(n=Count("id"))
    )
    found = {row["name"]: row["n"] for row in rows_}
    return {name: found[name] for name in REACTIONS if name in found}


def land_replies(landing: Landing, batch: list[rows.Reply]) -> Made:
    """Replies at their own dates; nobody is told."""
    made: Made = {}
    hosts = Contribution.objects.in_bulk({landing.key("objects", row.object) for row in batch})
    for row in batch:
        contribution = hosts[landing.key("objects", row.object) or 0]
        source = landing.text(row.body)
        rendered = markdown.render(source)
        place = {
            "contribution": contribution,
            "space_id": contribution.space_id,
            "audience": contribution.audience,
        }
        reply = Reply.objects.create(
            id=_key_at(row.created_at),
            parent_id=made.get(row.parent or "") or landing.key("replies", row.parent),
            author_id=landing.key("people", row.author),
            source=source,
            html=rendered.html,
            text=rendered.text,
            renderer_version=markdown.RENDERER_VERSION,
            side=SIDES[row.side],
            state=ReplyState(row.state),
            created_at=row.created_at,
            edited_at=row.edited_at,
            **place,
        )
        _mention(rendered.mentions, {**place, "reply": reply})
        _attach(landing, row.attachments, {**place, "reply": reply})
        made[row.id] = reply.id
    return made


def land_reactions(landing: Landing, batch: list[rows.Reaction]) -> Made:
    """Reactions with their people, and the counts they make."""
    places = Contribution.objects.in_bulk({landing.key("objects", row.object) for row in batch})
    fresh, marks = {}, {}
    for row in batch:
        contribution = places[landing.key("objects", row.object) or 0]
        mark = (contribution.id, landing.key("replies", row.reply), landing.key("people", row.person))
        marks[row.id] = mark
        fresh[row.id] = Reaction(
            contribution=contribution,
            reply_id=mark[1],
            person_id=mark[2],
            name=row.name,
            space_id=contribution.space_id,
            audience=contribution.audience,
            created_at=row.created_at or landing.date,
        )
    Reaction.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    here = Reaction.objects.filter(contribution_id__in=places).values_list(
        "id", "contribution_id", "reply_id", "person_id"
    )
    found = {(thing, reply, person): key for key, thing, reply, person in here}
    for thing, reply in {(thing, reply) for thing, reply, _person in marks.values() if reply is not None}:
        Reply.objects.filter(id=reply).update(reaction_counts=_reaction_counts(thing, reply))
    return {source_id: found[mark] for source_id, mark in marks.items()}


def land_follows(landing: Landing, batch: list[rows.Follow]) -> Made:
    """What people follow: a space (or a person, by their own space), a thread, a tag."""
    made: Made = {}
    for row in batch:
        person_id, level = landing.key("people", row.person), LEVELS[row.level]
        if row.space is not None:
            space_id = landing.key("spaces", row.space)
            one, _new = Subscription.objects.update_or_create(
                person_id=person_id, space_id=space_id, defaults={"level": level}
            )
            made[row.id] = one.id
        elif row.object is not None:
            thing_id = landing.key("objects", row.object)
            two, _new = Follow.objects.update_or_create(
                person_id=person_id, contribution_id=thing_id, defaults={"level": level}
            )
            made[row.id] = two.id
        else:
            word = fold(row.tag)[:60]
            three, _new = TagFollow.objects.update_or_create(
                person_id=person_id, word=word, defaults={"level": level}
            )
            made[row.id] = three.id
    return made


def land_totals(landing: Landing, batch: list[rows.Total]) -> Made:
    """Counts that came without voters: shown as "at the source", never as reactions."""
    places = Contribution.objects.in_bulk({landing.key("objects", row.object) for row in batch})
    made: Made = {}
    fresh = []
    for row in batch:
        contribution = places[landing.key("objects", row.object) or 0]
        total = Total(
            contribution=contribution,
            reply_id=landing.key("replies", row.reply),
            name=row.name,
            count=row.count,
            space_id=contribution.space_id,
            audience=contribution.audience,
        )
        made[row.id] = total.id
        fresh.append(total)
    Total.objects.bulk_create(fresh)
    return made


LANDERS: dict[str, Callable[[Landing, list[Any]], Made]] = {
    "people": land_people,
    "files": land_files,
    "spaces": land_spaces,
    "memberships": land_memberships,
    "objects": land_objects,
    "replies": land_replies,
    "reactions": land_reactions,
    "follows": land_follows,
    "totals": land_totals,
}
