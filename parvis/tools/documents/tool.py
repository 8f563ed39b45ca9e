"""What the house needs to know of documents. Not here: what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.toolkit.spec import Act, Kind, Tool, Versions
from parvis.tools.documents import actions, bundle, drawers, indexing, reading, showing

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person


def acts(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Act]:
    """What one does with a document besides reading it, on its page of acts."""
    if contribution.kind != "document" or not contribution.is_published:
        return []
    base, found = f"/documents/{contribution.key}/", list[Act]()
    if "documents.change" in can:
        found.append(Act(_("Rename, or change folder"), "folder-input", base + "arrange/"))
    found.append(Act(_("Copy the document"), "copy", base + "copy/"))
    if "contribution.move" in can:
        found.append(Act(_("Move the document elsewhere"), "corner-down-right", base + "move/"))
    return found


DOCUMENT = Kind(
    slug="document",
    label=_("document"),
    verb=_("brought a document"),
    icon="file-text",
    view="document",
    roles=frozenset({"file"}),
    draft=actions.draft_document,
    publish=actions.publish_document,
    face=showing.face,
    replies=(_("Reply"), _("reply"), _("replies")),
    revised=actions.revised,
    versions=Versions(
        current=reading.current_edition,
        url=lambda contribution, number: f"/documents/{contribution.key}/file/{number}/",
        settled=indexing.approval_settled,
    ),
    words=indexing.words,
    dump=bundle.dump_document,
    load=bundle.load_document,
)

TOOL = Tool(
    slug="documents",
    label=_("Documents"),
    icon="folder",
    promise=_("The files of a community: one place, every version, and what people say of them."),
    kinds=(DOCUMENT,),
    abilities={"documents.change": (Role.POSTER,)},
    position=30,
    nav=("/documents/", _("Documents")),
    nav_position=30,
    acts=acts,
    mine=showing.mine,
    files=drawers.top,
)
