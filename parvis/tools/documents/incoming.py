"""Large files on their way in parts: begin, add a part, become a document, be forgotten.

What has come lies in a folder of its own, that nothing serves, bounded in bytes and time for each person. The whole
file then takes the way of every upload. Not here: the protocol (views_incoming).
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused, TryAgain
from parvis.kernel.files import Source
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.tools.documents import actions, names
from parvis.tools.documents.models import Folder, Incoming
from parvis.tools.documents.quotas import MEGABYTE, OverQuota, check_room

if TYPE_CHECKING:
    from hashlib import _Hash

LASTS = timedelta(hours=24)
MOST_AT_ONCE = 20
MOST_FILES = 2  # times the largest file: what one person may have on its way
CHUNK = 1024 * 1024
DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}


class WrongPlace(Refused):
    """A part that doesn't begin where the last one ended."""


class WrongSum(Refused):
    """A part that isn't what its sender says."""


@dataclass(frozen=True)
class Whole:
    """The finished file, as `actions.receive` takes one."""

    name: str
    size: int
    stream: BinaryIO

    def read(self, size: int = -1, /) -> bytes:
        return self.stream.read(size)


def place_of(key: int) -> Path:
    """Where the parts of a file lie until it is whole."""
    return folder() / encode(key)


def folder() -> Path:
    """The folder of what is on its way: on this machine, wherever finished files are kept."""
    return Path(settings.PARVIS_FILES_ROOT) / "sending"


def begin(
    space: Space,
    *,
    name: str,
    size: int,
    by: Person,
    folder: Folder | None = None,
    first: Contribution | None = None,
    document: Contribution | None = None,
    note: str = "",
) -> Incoming:
    """Makes room for a file of so many bytes; `document` is the one of which it will be a version.

    Who may: whoever may post in the space. Raises Refused, OverQuota where it would not fit.
    """
    require("space.post", space, by=by)
    if document is not None:
        require("documents.change", document, by=by)
    if size <= 0:
        raise Refused(_("This file is empty."), field="files")
    largest = config.max_document_mb * MEGABYTE
    if size > largest:
        limit = config.max_document_mb
        raise OverQuota(_("This file is too large: at most %(limit)s MB.") % {"limit": limit}, field="files")
    # One at a time for each person and each space: two that begin at once are counted both.
    Person.objects.select_for_update(no_key=True).filter(id=by.id).values_list("id").first()
    Space.objects.select_for_update(no_key=True).filter(id=space.id).values_list("id").first()
    mine = Incoming.objects.filter(person=by, made=None)
    if mine.count() >= MOST_AT_ONCE or _bytes(mine) + size > MOST_FILES * largest:
        raise Refused(_("Too many of your files are on their way: let some arrive first."), field="files")
    check_room(space, size + _bytes(Incoming.objects.filter(space=space, made=None)))
    return Incoming.objects.create(
        person=by,
        space=space,
        folder=folder,
        first=first,
        document=document,
        name=names.document_name(name),
        note=note.replace("\x00", "")[: actions.LONGEST_NOTE],
        size=size,
        expires_at=clock.now() + LASTS,
    )


def _bytes(coming: object) -> int:
    found: dict[str, int | None] = coming.aggregate(total=Sum("size"))  # type: ignore[attr-defined]
    return found["total"] or 0


def find_incoming(space: Space, key: int, *, by: Person) -> Incoming:
    """A file on its way, for who sends it and nobody else. Raises NotFound."""
    rows = Incoming.objects.select_related("folder", "first", "document", "made")
    found = rows.filter(id=key, space=space, person=by, expires_at__gt=clock.now()).first()
    if found is None:
        raise NotFound
    found.space = space
    return found


def add_part(
    found: Incoming, part: Source, *, at: int, by: Person, digest: tuple[str, bytes] | None = None
) -> None:
    """Writes the next bytes; `digest` is the name and the value of the sum that its sender gives.

    Whole, it becomes what it was sent for. Who may: who sends it, while they may post there. Raises Refused.
    """
    require("space.post", found.space, by=by)
    locked = Incoming.objects.select_for_update(of=("self",), no_key=True).filter(id=found.id).first()
    if locked is None:
        raise NotFound  # its sender forgot it, or its day was over, while this part was on its way
    if at != locked.offset or locked.made_id is not None:
        raise WrongPlace(_("That part has come already."))
    path = place_of(found.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if at and (not path.exists() or path.stat().st_size < at):
        raise Refused(_("What had come of this file is lost: send it again."), field="files")
    digesting = DIGESTS[digest[0]]() if digest else None
    # What stands after the offset was written by a request that failed: it is written over.
    with open(path, "r+b" if at else "wb") as target:
        target.seek(at)
        target.truncate()
        found.offset = at + _copy(part, target, found.size - at, digesting)
    path.chmod(0o600)
    if digest and digesting and digesting.digest() != digest[1]:
        raise WrongSum(_("A part was damaged on its way: it is sent again."))
    found.save(update_fields=["offset"])
    if found.offset == found.size:
        _finish(found, path, by=by)


def _copy(part: Source, target: BinaryIO, room: int, digesting: _Hash | None) -> int:
    """Copies at most `room` bytes; returns how many. Raises Refused for one too many."""
    size = 0
    while chunk := part.read(CHUNK):
        size += len(chunk)
        if size > room:
            raise Refused(_("This file is larger than was said."), field="files")
        if digesting is not None:
            digesting.update(chunk)
        target.write(chunk)
    return size


def _finish(found: Incoming, path: Path, *, by: Person) -> None:
    """The whole file becomes a document or a version, with every check of an upload."""
    with path.open("rb") as stream:
        given = Whole(found.name, found.size, stream)
        largest = config.max_document_mb
        if found.document is not None:
            actions.add_version(found.document, given, note=found.note, by=by, largest_mb=largest)
            found.made = found.document
        else:
            after = found.first if found.first is not None and found.first.is_published else None
            found.made = actions.upload(
                found.space, given, by=by, folder=found.folder, after=after, largest_mb=largest
            )
    found.save(update_fields=["made"])
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def is_worth_keeping(refusal: Refused) -> bool:
    """Whether what has come may still become a file after this refusal."""
    return isinstance(refusal, (TryAgain, WrongPlace, WrongSum))


def drop(key: int) -> None:
    """Forgets a file on its way, its bytes at once."""
    Incoming.objects.filter(id=key).delete()
    transaction.on_commit(lambda: place_of(key).unlink(missing_ok=True))


def sweep() -> None:
    """Forgets what nobody went on sending for a day, and bytes that no row names. Called by a job."""
    for key in Incoming.objects.filter(expires_at__lte=clock.now()).values_list("id", flat=True)[:1000]:
        drop(key)
    named = {encode(key) for key in Incoming.objects.filter(made=None).values_list("id", flat=True)}
    before = time.time() - LASTS.total_seconds()
    for path in folder().glob("*"):
        if path.name not in named and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
