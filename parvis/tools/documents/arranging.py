"""What only other programs do with documents: exact names, folders moved, an edit held until a moment.

Not here: the tree they see (drawers), what people do on pages (actions, placing, folders).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.tools.documents import actions, folders, names
from parvis.tools.documents.models import Folder

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

HAS_NAME = """
SELECT EXISTS (SELECT 1 FROM documents_folder f WHERE f.space_id = %(space)s AND f.name_key = %(key)s
    AND f.parent_id IS NOT DISTINCT FROM %(folder)s)
  OR EXISTS (SELECT 1 FROM documents_document d JOIN contributions_contribution c ON c.id = d.contribution_id
    WHERE d.space_id = %(space)s AND d.name_key = %(key)s AND d.folder_id IS NOT DISTINCT FROM %(folder)s
      AND c.state = 'published' AND d.contribution_id <> %(but)s) AS is_taken"""

INSIDE = """
WITH RECURSIVE down AS (
  SELECT id, 1 AS depth FROM documents_folder WHERE id = %(folder)s AND space_id = %(space)s
  UNION ALL SELECT f.id, down.depth + 1 FROM documents_folder f JOIN down ON f.parent_id = down.id WHERE down.depth < 20)
SELECT (SELECT count(*) FROM down) + (SELECT count(*) FROM documents_document d WHERE d.space_id = %(space)s
  AND d.folder_id IN (SELECT id FROM down)) AS many, (SELECT max(depth) FROM down) AS deep,
  EXISTS (SELECT 1 FROM down WHERE id = %(other)s) AS has_other"""


def is_taken(space: Space, folder: int | None, name: str, *, but: int = 0) -> bool:
    """Whether a folder or a document there has this name, or one that sorts the same. One query."""
    asked = {"space": space.id, "folder": folder, "key": names.key_of(name), "but": but}
    return bool(read(HAS_NAME, asked)[0].is_taken)


def count_inside(space: Space, folder: int) -> int:
    """How many folders and documents a folder holds, itself counted. One query."""
    return int(read(INSIDE, {"space": space.id, "folder": folder, "other": 0})[0].many)


def rename_exactly(contribution: Contribution, name: str, folder: Folder | None, *, by: Person) -> None:
    """The name as a program gives it, its extension included, and the folder of the same community it shall lie in.

    Who may: whoever may post there. Raises Refused while somebody else has it, NotFound.
    """
    require("documents.change", contribution, by=by)
    document = actions.document_of(contribution)
    actions.require_unlocked(document, by)
    if folder is not None and folder.space_id != contribution.space_id:
        raise NotFound
    document.folder = folder
    document.name = actions.free_here(
        contribution.space, folder, names.document_name(name), but=contribution.id
    )
    document.name_key = names.key_of(document.name)
    document.save(update_fields=["folder", "name", "name_key"])
    actions.show_on_card(document)
    actions.tell(contribution, "arranged", by=by)


def move_folder(folder: Folder, to: Folder | None, name: str, *, by: Person) -> None:
    """Another name or place within its community. Who may: whoever may post there. Raises Refused."""
    require("space.post", folder.space, by=by)
    kept = names.folder_name(name)
    asked = {"space": folder.space_id, "folder": folder.id, "other": to.id if to else 0}
    inside = read(INSIDE, asked)[0]
    if inside.has_other:
        raise Refused(_("A folder can't lie in itself."))
    if inside.deep + folders.depth_of(to) > folders.DEEPEST:
        raise Refused(_("Folders go eight levels deep at most: a flat shelf is found more easily."))
    folders.require_free(folder.space, to, kept, but=folder)
    folder.parent, folder.name, folder.name_key = to, kept, names.key_of(kept)
    folder.save(update_fields=["parent", "name", "name_key"])
    folders.note(folder, "moved", by)


def hold(contribution: Contribution, until: datetime | None, *, by: Person) -> None:
    """Says that the person's program has it open until then, or (None) no longer: the same as the lock of its page.

    A longer lock of their own stays. Who may: whoever may post in its community. Raises BeingEdited.
    """
    require("documents.change", contribution, by=by)
    document = actions.document_of(contribution)
    actions.require_unlocked(document, by)
    was_mine = actions.is_locked(document) and document.locked_by_id == by.id
    if until is not None and was_mine and document.locked_until and document.locked_until >= until:
        return
    document.locked_by, document.locked_until = (by, until) if until else (None, None)
    document.save(update_fields=["locked_by", "locked_until"])
    if was_mine != (until is not None and until > clock.now()):
        actions.tell(contribution, "locked" if until else "unlocked", by=by)
