"""The shared text in the database: opening it, keeping changes, bringing in what others saved, writing versions.

Everything here is one transaction that holds the page's row, so any process may do it at any moment.
Not here: connections (room) and the conversion itself.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length
from pycrdt import Doc

from parvis.access.roles import hosts_of
from parvis.contributions.models import Contribution
from parvis.kernel import clock, markdown
from parvis.kernel.db import declare_actor
from parvis.kernel.errors import NotFound, ParvisError, Refused
from parvis.people.models import Person, names_of
from parvis.tools.pages.actions import page_of, require_writer, write_page
from parvis.tools.pages.models import Page
from parvis.tools.pages.together import conversion, from_markdown, shared, to_markdown
from parvis.tools.pages.together.models import Change, Room
from parvis.tools.pages.together.tree import Node

logger = logging.getLogger("parvis.pages.together")


class Unfit(Exception):
    """This text can't be held exactly by the shared editor: it is written as Markdown."""


@dataclass(frozen=True)
class Opened:
    """A shared text: its history's name, everything in it, the number of its last change."""

    epoch: str
    data: tuple[bytes, ...]
    number: int


def open_room(contribution_id: int, *, is_held: bool = False) -> Opened:
    """The shared text of a page, made from its Markdown the first time, and with what others have saved since.

    `is_held`: people are in it now, so it goes on even if what was saved can't be shown exactly. Raises Unfit, NotFound.
    """
    page, room = _locked(contribution_id)
    source = page.contribution.body.source
    if room is None:
        room = _begin(page, source)
    elif room.base_version != page.version:
        if not is_held and conversion.exactly(source) is None:
            raise Unfit
        _bring_in(page, room)
    changes = Change.objects.filter(contribution_id=contribution_id).order_by("number")
    return Opened(
        room.epoch,
        (bytes(room.state), *(bytes(data) for data in changes.values_list("data", flat=True))),
        room.number,
    )


def _locked(contribution_id: int) -> tuple[Page, Room | None]:
    found = Contribution.objects.select_related("body").filter(id=contribution_id).first()
    if found is None:
        raise NotFound
    page = page_of(found)
    return page, Room.objects.select_for_update().filter(contribution_id=contribution_id).first()


def _tree(source: str) -> Node | None:
    return conversion.exactly(source, names_of(set(markdown.mentions_in(source))))


def _begin(page: Page, source: str) -> Room:
    tree = _tree(source)
    if tree is None:
        raise Unfit
    doc: Doc[Any] = Doc()
    shared.make_alike(doc, tree)
    state = doc.get_update()
    return Room.objects.create(
        contribution=page.contribution, space_id=page.space_id, audience=page.audience, epoch=secrets.token_hex(8),
        state=state, base_state=state, base_version=page.version,
    )  # fmt: skip


def _bring_in(page: Page, room: Room) -> None:
    """What somebody saved elsewhere becomes one more change, as if they had written it here without a line.

    Applied to the state of which their version was made, it meets what was written meanwhile as Yjs merges any two.
    """
    source = page.contribution.body.source
    names = names_of(set(markdown.mentions_in(source)))
    doc = _doc([bytes(room.base_state)])
    before = doc.get_state()
    shared.make_alike(doc, from_markdown.read(source, names))
    room.base_state, room.base_version = doc.get_update(), page.version
    _add(room, [(page.changed_by_id, doc.get_update(before))])
    room.save(update_fields=["base_state", "base_version"])


def _doc(data: Iterable[bytes]) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    shared.fragment_of(doc)
    for one in data:
        doc.apply_update(one)
    return doc


def _add(room: Room, changes: list[tuple[int, bytes]]) -> None:
    Change.objects.bulk_create(
        Change(
            contribution_id=room.contribution_id, space_id=room.space_id, audience=room.audience,
            number=room.number + place, data=data, person_id=person_id, created_at=clock.now(),
        )
        for place, (person_id, data) in enumerate(changes, start=1)
    )  # fmt: skip
    room.number += len(changes)
    room.touched_at = clock.now()
    room.save(update_fields=["number", "touched_at"])


def keep_changes(contribution_id: int, changes: list[tuple[int, bytes]]) -> int:
    """Stores what people (by id) changed; returns the number of the last. The caller has let them in. Raises NotFound."""
    _page, room = _locked(contribution_id)
    if room is None:
        raise NotFound
    _add(room, changes)
    return room.number


def look_again(contribution_id: int, number: int) -> tuple[list[bytes], int]:
    """What others, or other processes, changed after the change of that number; and the number of the last."""
    opened_number = open_room(contribution_id, is_held=True).number
    rows = Change.objects.filter(contribution_id=contribution_id, number__gt=number).order_by("number")
    return [bytes(data) for data in rows.values_list("data", flat=True)], opened_number


def write_version(contribution_id: int) -> int | None:
    """Makes what was written together the page's text, as a version by whoever wrote most of it, with the others named; returns its
    number.

    None when there is nothing new to say. Raises Refused when the text can't be kept (too long): it stays shared.
    """
    page, room = _locked(contribution_id)
    if room is None:
        return None
    if room.base_version != page.version:
        _bring_in(page, room)
    changes = list(Change.objects.filter(contribution_id=contribution_id).order_by("number"))
    if not changes:
        return None
    doc = _doc([bytes(room.state), *(bytes(change.data) for change in changes)])
    text = markdown.canonical(to_markdown.write(shared.tree_of(doc)))
    version = None
    if not conversion.looks_the_same(text, page.contribution.body.source):
        wrote = _writers(changes)
        author = _author(page, wrote)
        if author is None:
            return None
        declare_actor(author)
        version = write_page(
            page.contribution,
            body=text,
            by=author,
            base_revision=page.version,
            together=[one.id for one in wrote],
        ).number
        room.base_version = version
    room.state = room.base_state = doc.get_update()
    room.save(update_fields=["state", "base_state", "base_version"])
    Change.objects.filter(contribution_id=contribution_id).delete()
    return version


def _writers(changes: list[Change]) -> list[Person]:
    """Those who wrote, whoever wrote most first."""
    weight: Counter[int] = Counter()
    for change in changes:
        weight[change.person_id] += len(change.data)
    people = Person.objects.in_bulk(list(weight))
    return [people[key] for key, _bytes in weight.most_common() if key in people]


def _author(page: Page, wrote: list[Person]) -> Person | None:
    """Who wrote most of it and may still write; else one of the hosts: what was written while it was allowed counts."""
    for person in [*wrote, *hosts_of([page.space_id]).get(page.space_id, [])]:
        try:
            require_writer(page, person)
        except ParvisError:
            continue
        return person
    return None


def may_write(contribution_id: int, person: Person) -> bool:
    """Whether the person may write the page now: the community's members, or its hosts alone where it is protected."""
    page = Page.objects.select_related("contribution__space").filter(contribution_id=contribution_id).first()
    try:
        if page is not None:
            require_writer(page, person)
    except ParvisError:
        return False
    return page is not None


def weight_of(contribution_id: int) -> int:
    """Bytes that a shared text takes, with what was added to it."""
    room = (
        Room.objects.filter(contribution_id=contribution_id)
        .annotate(size=Length("state"))
        .values_list("size", flat=True)
        .first()
    )
    added = Change.objects.filter(contribution_id=contribution_id).aggregate(size=Sum(Length("data")))["size"]
    return int(room or 0) + int(added or 0)


def write_left_behind(before: Any) -> int:
    """Versions of texts that nobody has changed since a moment, and which a process that died left unwritten."""
    waiting = Room.objects.filter(contribution__page_changes__isnull=False, touched_at__lt=before)
    written = 0
    for key in list(waiting.values_list("contribution_id", flat=True).distinct()):
        try:
            with transaction.atomic():
                written += write_version(key) is not None
        except (Refused, NotFound) as error:
            logger.warning("a shared text could not be written as a version: %s", type(error).__name__)
    return written


def forget_quiet_rooms(before: Any) -> int:
    """Shared texts untouched since a moment go; their pages stay, and begin anew when they are next written together."""
    quiet = Room.objects.filter(touched_at__lt=before, contribution__page_changes__isnull=True)
    return quiet.delete()[0]
