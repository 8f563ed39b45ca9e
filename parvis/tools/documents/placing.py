"""Where documents lie: rename, move between folders and communities, copy, with rights asked at both ends.

Not here: contents (actions), folders themselves (folders).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import may, require
from parvis.approvals.actions import moved
from parvis.approvals.reading import approved_number
from parvis.contributions.actions import move
from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import Stored
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.tools.documents import actions, names
from parvis.tools.documents.actions import Link
from parvis.tools.documents.models import Document, Folder, Version
from parvis.tools.documents.quotas import check_room
from parvis.tools.documents.reading import current_edition

if TYPE_CHECKING:
    from parvis.people.models import Person

TOOL = "documents"


def places_for(person: Person, *, but: Space | None = None) -> list[Space]:
    """Communities with documents where the person may post, by name."""
    rows = Space.objects.communities().filter(memberships__person=person, archived_at=None, tools__slug=TOOL)
    found = rows.exclude(id=but.id) if but else rows
    return [space for space in found.distinct().order_by("name") if may("space.post", space, by=person)]


def find_place(slug: str, person: Person) -> Space:
    """A community with documents, by slug. Raises Refused: the form offers only such ones."""
    space = Space.objects.visible_to(person).filter(slug=slug[:80]).first()
    if space is None or TOOL not in registry.slugs_on(space):
        raise Refused(_("Choose one of your communities that has documents."), field="space")
    return space


def arrange(contribution: Contribution, *, name: str, folder: Folder | None, by: Person) -> None:
    """Another name, another folder of the same community. Who may: whoever may post there. Raises Refused."""
    require("documents.change", contribution, by=by)
    document = actions.document_of(contribution)
    actions.require_unlocked(document, by)
    if folder is not None and folder.space_id != contribution.space_id:
        raise NotFound
    if not name.strip():
        raise Refused(_("Give the document a name."), field="name")
    document.folder = folder
    document.save(update_fields=["folder"])
    actions.set_name(document, name)
    actions.show_on_card(document)
    actions.tell(contribution, "arranged", by=by)


def move_document(contribution: Contribution, to: Space, *, by: Person) -> None:
    """Takes a document with its replies to another community. Versions older than the move are from then on read only
    by those who may read both places.

    Who may: a host of the community it leaves who may post where it goes. Raises Refused.
    """
    origin = contribution.space
    document = actions.document_of(contribution)
    actions.require_unlocked(document, by)
    check_room(to, document.size)
    move(contribution, to, by=by)
    document = Document.objects.select_related("contribution__space").get(contribution=contribution)
    document.folder = None
    document.locked_by = document.locked_until = None
    document.save(update_fields=["folder", "locked_by", "locked_until"])
    older = Version.objects.filter(contribution=contribution, is_kept_apart=False).exclude(
        number=document.version
    )
    # Without their attachment: those are served under the rights of the new place alone.
    Attachment.objects.filter(contribution=contribution, document_versions__in=older).delete()
    older.update(kept_in=origin, is_kept_apart=True, file=None)
    moved(contribution, current_edition(contribution), by=by)
    actions.set_name(document, document.name)
    actions.show_on_card(document)


def copy_document(
    contribution: Contribution, to: Space, *, by: Person, name: str = "", folder: Folder | None = None
) -> Contribution:
    """A new document with the content that another shows (the approved one, else the last), without its older versions and replies.

    Who may: whoever may read it, and post where the copy goes. Raises Refused.
    """
    require("contribution.read", contribution, by=by)
    require("space.post", to, by=by)
    document = Document.objects.filter(contribution=contribution).first()
    if document is None:
        raise NotFound
    if folder is not None and folder.space_id != to.id:
        raise NotFound
    called = names.document_name(names.as_typed(name)) if name.strip() else document.name
    if document.link:
        link = Link(document.link, document.lives_in, document.owner)
        options = {"link": link, "folder": folder}
        return actions.publish_document(to, title=called, body="", by=by, options=options)
    number = approved_number(contribution.id) or document.version
    last = Version.objects.get(contribution=contribution, number=number)
    check_room(to, last.size)
    extension = document.name.rpartition(".")[2] if "." in document.name else ""
    if extension and not called.lower().endswith(f".{extension.lower()}"):
        called = names.document_name(f"{called}.{extension}")
    stored = Stored(last.sha256, last.size, last.media_type, called)
    given: dict[str, Any] = {"file": stored, "folder": folder}
    return actions.publish_document(to, title=called, body="", by=by, options=given)
