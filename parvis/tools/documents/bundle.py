"""A document's part in a bundle: its folders by name, its versions (whose files are the bundle's own), its link.

Versions kept apart since a move don't leave, nor do previews, which are made anew. See docs/bundle.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.approvals.bundle import dump_approved, load_approved
from parvis.approvals.models import Edition
from parvis.contributions.marks import Attachment
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.kernel.errors import ParvisError
from parvis.kernel.ids import encode
from parvis.toolkit.loading import Resolve, moment_in, person_in, text_in
from parvis.tools.documents import actions, names
from parvis.tools.documents.models import Document, Folder, Version
from parvis.tools.documents.reading import path_of

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution


def dump_document(contribution: Contribution) -> dict[str, Any]:
    """folder [names], name, versions [{file, number, by, at, note, from}], model, link, lives_in, owner, by, at, approved."""
    document = Document.objects.select_related("folder").get(contribution=contribution)
    versions = Version.objects.filter(contribution=contribution, is_kept_apart=False).order_by("number")
    said = {
        "folder": [row.name for row in path_of(document.folder)],
        "name": document.name,
        "versions": [_version(one) for one in versions if one.file_id],
        "model": document.is_model,
        "link": document.link,
        "lives_in": document.lives_in,
        "owner": document.owner,
        "by": encode(document.changed_by_id),
        "at": document.changed_at.isoformat(),
        "approved": dump_approved(contribution),
    }
    return {name: value for name, value in said.items() if value not in ("", [], {}, False)}


def _version(one: Version) -> dict[str, Any]:
    said = {
        "file": encode(one.file_id or 0),
        "number": one.number,
        "by": encode(one.author_id),
        "at": one.created_at.isoformat(),
        "note": one.note,
        "from": one.restored_from,
    }
    return {name: value for name, value in said.items() if value not in ("", None)}


def load_document(contribution: Contribution, detail: dict[str, Any], *, resolve: Resolve) -> None:
    """Makes the detail of a document what the bundle says; run again, it changes no more."""
    name = names.document_name(text_in(detail, "name") or contribution.title or text_in(detail, "link"))
    folder = _folder(contribution, detail.get("folder"))
    by = person_in(resolve, detail.get("by")) or contribution.author_id
    at = moment_in(detail.get("at")) or contribution.published_at or clock.now()
    link = text_in(detail, "link")[:1000]
    document, _made = Document.objects.update_or_create(
        contribution=contribution,
        defaults={
            "space_id": contribution.space_id,
            "audience": contribution.audience,
            "folder": folder,
            "name": name,
            "name_key": names.key_of(name),
            "link": link if link.startswith(("http://", "https://")) else "",
            "lives_in": text_in(detail, "lives_in")[:120],
            "owner": text_in(detail, "owner")[:120],
            "is_model": detail.get("model") is True,
            "changed_by_id": by,
            "changed_at": at,
        },
    )
    given = detail.get("versions")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict):
            _load_version(document, one, resolve)
    last = Version.objects.filter(contribution=contribution).order_by("-number").first()
    if last is not None:
        document.version, document.size, document.media_type = last.number, last.size, last.media_type
        document.save(update_fields=["version", "size", "media_type"])
    document.contribution = contribution
    actions.show_on_card(document)
    load_approved(
        contribution,
        detail.get("approved"),
        person=lambda key: person_in(resolve, key),
        moment=moment_in,
        edition=lambda number: _edition(contribution, number),
    )


def _edition(contribution: Contribution, number: int) -> Edition | None:
    found = Version.objects.filter(contribution=contribution, number=number, is_kept_apart=False).first()
    return Edition(found.number, found.sha256) if found else None


def _load_version(document: Document, one: dict[str, Any], resolve: Resolve) -> None:
    key, number = one.get("file"), one.get("number")
    file = Attachment.objects.filter(id=resolve("files", key) or 0).first() if isinstance(key, str) else None
    if file is None or not isinstance(number, int) or not 0 < number < 2**31:
        return
    contribution = document.contribution
    place = {"space_id": contribution.space_id, "audience": contribution.audience}
    if file.contribution_id is None:
        Attachment.objects.filter(id=file.id).update(contribution=contribution, **place)
    restored = one.get("from")
    version, made = Version.objects.update_or_create(
        contribution=contribution,
        number=number,
        defaults={
            **place,
            "file": file,
            "sha256": file.sha256,
            "name": file.name,
            "media_type": file.media_type,
            "size": file.size,
            "note": text_in(one, "note")[: actions.LONGEST_NOTE],
            "author_id": person_in(resolve, one.get("by")) or contribution.author_id,
            "created_at": moment_in(one.get("at")) or clock.now(),
            "restored_from": restored if isinstance(restored, int) and 0 < restored < 2**31 else None,
        },
    )
    if made:
        enqueue("documents.preview", version_id=version.id)


def _folder(contribution: Contribution, path: Any) -> Folder | None:
    """The folder of this path in the space, made where it is missing."""
    folder: Folder | None = None
    for name in path[:8] if isinstance(path, list) else ():
        try:
            kept = names.folder_name(str(name))
        except ParvisError:
            break
        folder, _made = Folder.objects.get_or_create(
            space_id=contribution.space_id,
            parent=folder,
            name_key=names.key_of(kept),
            defaults={"name": kept, "created_by_id": contribution.author_id, "created_at": clock.now()},
        )
    return folder
