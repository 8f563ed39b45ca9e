"""What each table of a bundle becomes in the database. Called by transfer.load, a batch at a time, as the system.

Each lander gets rows that aren't here yet, and returns our key for each source id. Not here: checking (bundle), contributions and
what hangs on them (landing_things).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db.models.functions import Lower

from parvis.contributions.marks import Attachment
from parvis.kernel import markdown
from parvis.kernel.files import site_store
from parvis.kernel.ids import encode, new_id
from parvis.kernel.words import fold
from parvis.membership.models import Charter
from parvis.people.models import Person, ProfileField, ProfileValue, Subject
from parvis.spaces.models import Membership, Space, SpaceTool, Subscription
from parvis.toolkit import registry
from parvis.transfer import bundle, rows

Known = dict[tuple[str, str], int]
Made = dict[str, int]


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
        """A body with the source's ids of people, files and objects replaced by ours, as far as they are here yet."""
        return bundle.translate(
            body,
            person=lambda key: self._encoded("people", key),
            file=lambda key: self._encoded("files", key),
            thing=lambda key: self._encoded("objects", key),
            rooms=registry.thing_rooms(),
        )

    def texts(self, value: Any) -> Any:
        """A kind's detail with the source's ids replaced in its texts; ids that stand alone are its own to resolve."""
        if isinstance(value, dict):
            return {name: self.texts(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.texts(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def _encoded(self, table: str, source_id: str) -> str | None:
        found = self.find(table, source_id)
        return None if found is None else encode(found)


def key_at(moment: datetime | None) -> int:
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
    store = site_store()
    made: Made = {}
    for row in batch:
        with landing.open_file(row) as stream:
            kept = store.store(stream, name=row.name, max_bytes=max(row.size, 1))
        is_picture = kept.media_type.startswith("image/")
        attachment = Attachment.objects.create(
            id=key_at(row.created_at),
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
        id=key_at(row.created_at),
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
