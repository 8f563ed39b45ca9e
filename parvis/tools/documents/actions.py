"""Writes on documents: bring a file, a link or a text, new versions, restore, lock, models. Not here: places (placing),
folders (folders), previews (previewing), replies and the bin (the spine)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.approvals.actions import version_written
from parvis.approvals.models import Edition
from parvis.config import config
from parvis.contributions import texts
from parvis.contributions.actions import publish, touch_card
from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution
from parvis.journal.actions import record
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.kernel.db import HasId
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import Source, Stored, site_store
from parvis.spaces.models import Space
from parvis.tools.documents import indexing, names
from parvis.tools.documents.models import Document, Folder, Version
from parvis.tools.documents.quotas import MEGABYTE, check_room

if TYPE_CHECKING:
    from parvis.people.models import Person

LONGEST_NOTE = 300
LONGEST_LOCK = timedelta(days=14)
MOST_VERSIONS = 500


class BeingEdited(Refused):
    """Somebody else has locked it."""


@dataclass(frozen=True)
class Link:
    """Where a file already lives, elsewhere."""

    url: str
    lives_in: str
    owner: str = ""


def publish_document(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """Opens a document as the composer and other tools ask for it: what `options["file"]` (a stored file) holds, the
    link of `options["link"]` (a Link), else the text itself as a file.

    Who may: whoever may post in the space. Raises NotFound, NotAllowed, Refused.
    """
    asked = options or {}
    link, stored = asked.get("link"), asked.get("file")
    title, source = texts.checked(body, title=title, needs_title=True, may_be_empty=True)
    if stored is None and link is None:
        require("space.post", space, by=by)
        content = (source or title).encode()
        check_room(space, len(content))
        typed = names.as_typed(title)
        named = names.document_name(typed if typed.lower().endswith(".md") else f"{typed}.md")
        stored = site_store().store(io.BytesIO(content), name=named, max_bytes=len(content))
        body = ""
    contribution = publish(
        "document",
        space,
        title=title if link or stored is None else names.document_name(stored.name),
        body=body,
        by=by,
        at=at,
        is_draft=is_draft,
        tags=tags,
        may_be_empty=True,
        is_listed=asked.get("is_listed", True),
    )
    _begin(contribution, asked.get("folder"), stored, link, note=asked.get("note", ""), by=by)
    return contribution


def draft_document(space: Space, *, title: str, body: str, by: Person, **more: Any) -> Contribution:
    """A document kept as its author's draft."""
    return publish_document(space, title=title, body=body, by=by, is_draft=True, **more)


def _begin(
    contribution: Contribution,
    folder: Folder | None,
    stored: Stored | None,
    link: Link | None,
    *,
    note: str,
    by: Person,
) -> Document:
    """The detail of a new contribution, under a name of its own in its folder."""
    name = free_here(contribution.space, folder, contribution.title)
    document = Document(
        contribution=contribution,
        space_id=contribution.space_id,
        audience=contribution.audience,
        folder=folder,
        name=name,
        name_key=names.key_of(name),
        changed_by=by,
        **({"link": link.url, "lives_in": link.lives_in, "owner": link.owner} if link else {}),
    )
    document.save(force_insert=True)
    if stored is not None:
        keep_version(document, stored, note=note, by=by)
    show_on_card(document)
    return document


def free_here(space: Space, folder: Folder | None, name: str, *, but: int | None = None) -> str:
    """The name, made different from those of its folder; the space's row is locked, so that two never agree on one."""
    Space.objects.select_for_update(of=("self",), no_key=True).filter(id=space.id).values_list("id").first()
    here = Document.objects.filter(space_id=space.id, folder=folder, contribution__state="published")
    neighbours = here.exclude(contribution_id=but) if but else here
    # All that may be alike, at once: the hundredth picture of one name asks no more than the first.
    alike = neighbours.filter(name_key__startswith=names.stem_of(name))
    return names.free_name(name, set(alike.values_list("name_key", flat=True)).__contains__)


def receive(given: Any, space: Space, *, by: Person, largest_mb: int | None = None) -> Stored:
    """Keeps the content of a received file, of `largest_mb` at most. Who may: whoever may post in the space.

    Raises Refused, OverQuota.
    """
    require("space.post", space, by=by)
    if given is None:
        raise Refused(_("Choose a file."), field="files")
    check_room(space, given.size)
    source: Source = given
    limit = (largest_mb or config.max_upload_mb) * MEGABYTE
    return site_store().store(source, name=names.document_name(given.name or ""), max_bytes=limit)


def upload(
    space: Space,
    given: Any,
    *,
    by: Person,
    folder: Folder | None = None,
    after: Contribution | None = None,
    largest_mb: int | None = None,
) -> Contribution:
    """Brings a file as a new document. Several of one upload make one card: those `after` the first aren't listed.

    Who may: whoever may post in the space. Raises Refused (too large, empty, no room).
    """
    stored = receive(given, space, by=by, largest_mb=largest_mb)
    options = {"file": stored, "folder": folder, "is_listed": after is None}
    contribution = publish_document(space, title=stored.name, body="", by=by, options=options)
    if after is not None:
        read_others = int(after.card.get("others", 0)) + 1
        touch_card(after, others=read_others)
    return contribution


def add_link(
    space: Space, *, title: str, url: str, lives_in: str, owner: str, by: Person, folder: Folder | None = None
) -> Contribution:
    """A document that stays where it lives: its title, its address, whose it is.

    Who may: whoever may post in the space. Raises Refused with the field at fault.
    """
    url, lives_in, owner = url.strip(), " ".join(lives_in.split())[:120], " ".join(owner.split())[:120]
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 1000 or "\x00" in url:
        raise Refused(_("Give the whole address, beginning with https://"), field="url")
    link = Link(url, lives_in.replace("\x00", "") or parts.hostname[:120], owner.replace("\x00", ""))
    options = {"link": link, "folder": folder}
    return publish_document(space, title=title, body="", by=by, options=options)


def document_of(contribution: Contribution) -> Document:
    """The detail of a document, locked for what is to be decided on it. Raises NotFound."""
    Contribution.objects.select_for_update(of=("self",), no_key=True).filter(id=contribution.id).first()
    document = (
        Document.objects.select_related("locked_by", "folder").filter(contribution=contribution).first()
    )
    if document is None:
        raise NotFound
    contribution.refresh_from_db(fields=["card", "version", "state", "title"])
    document.contribution = contribution
    return document


def add_version(
    contribution: Contribution, given: Any, *, note: str, by: Person, largest_mb: int | None = None
) -> Version:
    """Brings a new content under the same name; what was there before stays among its versions.

    Who may: whoever may post in its community. Raises Refused while somebody else has locked it.
    """
    require("documents.change", contribution, by=by)
    stored = receive(given, contribution.space, by=by, largest_mb=largest_mb)
    document = document_of(contribution)
    require_unlocked(document, by)
    if document.link:
        raise Refused(_("This document lives elsewhere: change it there."), field="files")
    if document.version >= MOST_VERSIONS:
        raise Refused(_("This document has 500 versions: begin a new one."), field="files")
    version = keep_version(document, stored, note=note, by=by)
    show_on_card(document)
    tell(contribution, "changed", by=by)
    return version


def restore_version(contribution: Contribution, number: int, *, by: Person) -> Version:
    """Makes an older content the last one again, as a version of its own.

    Who may: whoever may post in its community and read that version. Raises NotFound, Refused while it is locked.
    """
    require("documents.change", contribution, by=by)
    document = document_of(contribution)
    require_unlocked(document, by)
    old = Version.objects.filter(contribution=contribution, number=number, is_kept_apart=False).first()
    if old is None:
        raise NotFound
    if old.number == document.version:
        raise Refused(_("This is the version in use."))
    stored = Stored(old.sha256, old.size, old.media_type, old.name)
    version = keep_version(document, stored, note="", by=by, restored_from=number)
    show_on_card(document)
    tell(contribution, "changed", by=by)
    return version


def keep_version(
    document: Document, stored: Stored, *, note: str, by: Person, restored_from: int | None = None
) -> Version:
    """Writes the row of a new last version, and asks for its preview."""
    contribution = document.contribution
    place = {"space_id": contribution.space_id, "audience": contribution.audience}
    what = {
        "sha256": stored.sha256,
        "name": stored.name,
        "media_type": stored.media_type,
        "size": stored.size,
    }
    file = Attachment.objects.create(contribution=contribution, uploader=by, **place, **what)
    version = Version.objects.create(
        contribution=contribution,
        number=document.version + 1,
        file=file,
        author=by,
        created_at=clock.now(),
        note=" ".join(note.replace("\x00", "").split())[:LONGEST_NOTE],
        restored_from=restored_from,
        **place,
        **what,
    )
    document.version, document.size, document.media_type = version.number, stored.size, stored.media_type
    document.changed_at, document.changed_by = version.created_at, by
    document.save(update_fields=["version", "size", "media_type", "changed_at", "changed_by"])
    enqueue("documents.preview", version_id=version.id)
    version_written(contribution, Edition(version.number, stored.sha256), by=by)
    return version


def show_on_card(document: Document) -> None:
    """What its cards say, and the words by which it is found, as they are now."""
    contribution = document.contribution
    indexing.index(document)
    if contribution.title != document.name:
        contribution.title = document.name
        contribution.save(update_fields=["title"])
    touch_card(
        contribution,
        size=document.size,
        type=document.media_type,
        number=document.version,
        lives_in=document.lives_in,
    )


def revised(contribution: Contribution, *, options: dict[str, Any], by: Person) -> None:
    """After its title or description was changed: the file is called as the title says, its extension kept."""
    document = document_of(contribution)
    if contribution.title != document.name:
        set_name(document, contribution.title)
    show_on_card(document)


def set_name(document: Document, name: str) -> None:
    """Another name, different from its neighbours'; a file keeps its extension."""
    wanted = names.document_name(names.as_typed(name))
    extension = document.name.rpartition(".")[2] if "." in document.name else ""
    if document.version and extension and not wanted.lower().endswith(f".{extension.lower()}"):
        wanted = names.document_name(f"{wanted}.{extension}")
    contribution = document.contribution
    document.name = free_here(contribution.space, document.folder, wanted, but=contribution.id)
    document.name_key = names.key_of(document.name)
    document.save(update_fields=["name", "name_key"])


def lock(contribution: Contribution, days: str, *, by: Person) -> None:
    """ "I am editing this until…": others read it, and bring no version until then.

    Who may: whoever may post in its community. Raises Refused while somebody else has it.
    """
    require("documents.change", contribution, by=by)
    document = document_of(contribution)
    require_unlocked(document, by)
    length = timedelta(days=int(days)) if days in ("1", "3", "7", "14") else timedelta(days=1)
    until = timezone.localtime(clock.now() + min(length, LONGEST_LOCK))
    document.locked_by, document.locked_until = by, until.replace(hour=23, minute=59, second=0, microsecond=0)
    document.save(update_fields=["locked_by", "locked_until"])
    tell(contribution, "locked", by=by)


def unlock(contribution: Contribution, *, by: Person) -> None:
    """Gives a document back to all. Who may: who locked it, and the hosts."""
    require("documents.change", contribution, by=by)
    document = document_of(contribution)
    if document.locked_by_id != by.id:
        require("contribution.move", contribution, by=by)
    document.locked_by = document.locked_until = None
    document.save(update_fields=["locked_by", "locked_until"])
    tell(contribution, "unlocked", by=by)


def is_locked(document: Any) -> bool:
    """Whether somebody has it just now."""
    return document.locked_until is not None and document.locked_until > clock.now()


def require_unlocked(document: Document, by: HasId) -> None:
    """Raises BeingEdited while somebody else is editing."""
    if is_locked(document) and document.locked_by_id not in (None, by.id):
        said = {"name": document.locked_by.display_name if document.locked_by else ""}
        raise BeingEdited(_("%(name)s is editing this document: talk to them first.") % said, field="files")


def set_model(contribution: Contribution, is_model: bool, *, by: Person) -> None:
    """Makes a document one that others begin from, or no longer. Who may: whoever may post in its community."""
    require("documents.change", contribution, by=by)
    document = document_of(contribution)
    if document.link:
        raise Refused(_("A link can't be a model: there's nothing to copy."))
    document.is_model = is_model
    document.save(update_fields=["is_model"])
    tell(contribution, "model" if is_model else "no_model", by=by)


def tell(contribution: Contribution, verb: str, *, by: HasId, **payload: Any) -> None:
    """Records one fact about a document."""
    record(
        f"document.{verb}",
        thing_kind="document",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload=payload,
    )
