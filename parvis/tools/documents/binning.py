"""A folder with all that is in it, into the community's bin and out again. Not here: single documents (the spine's bin).

The folder's rows go; what they were is kept in a row of the bin, and the files wait in their authors' bins meanwhile.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.actions import set_state
from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.spaces.models import Space
from parvis.tools.documents import actions, folders, names
from parvis.tools.documents.models import Discarded, Document, Folder

if TYPE_CHECKING:
    from parvis.people.models import Person

DAYS = 30  # as long as the spine's bin
MOST = 500  # files of one removal

# From the top down, so that a parent always comes before what lies in it.
TREE = """
WITH RECURSIVE down AS (
  SELECT id, parent_id, name, 0 AS depth FROM documents_folder WHERE id = %(folder)s
  UNION ALL SELECT f.id, f.parent_id, f.name, down.depth + 1 FROM documents_folder f JOIN down ON f.parent_id = down.id
    WHERE down.depth < 20)
SELECT id, parent_id, name FROM down ORDER BY depth, id"""


def discard_folder(folder: Folder, *, by: Person) -> Discarded | None:
    """Removes a folder: an empty one at once (None), another with all its files, which its hosts can put back for 30 days.

    Who may: whoever may post for an empty one, hosts for another. Raises Refused while somebody edits a file of it.
    """
    tree = read(TREE, {"folder": folder.id})
    inside = Document.objects.select_related("contribution__space", "locked_by")
    found = list(
        inside.filter(folder__in=[row.id for row in tree], contribution__state="published")[: MOST + 1]
    )
    if not found and len(tree) == 1:
        folders.remove_folder(folder, by=by)
        return None
    require("space.host", folder.space, by=by)
    if len(found) > MOST:
        raise Refused(_("There are more than 500 files in it: remove its folders one by one."))
    for document in found:
        actions.require_unlocked(document, by)
    kept = Discarded.objects.create(
        space=folder.space,
        parent=folder.parent,
        name=folder.name,
        removed_by=by,
        removed_at=clock.now(),
        # (key, key of the folder it lay in, name); "" stands for `parent`.
        folders=[[str(row.id), str(row.parent_id) if row.id != folder.id else "", row.name] for row in tree],
        files={str(document.contribution_id): str(document.folder_id) for document in found},
    )
    for document in found:
        _set_aside(document.contribution, kept, by=by)
    folders.note(folder, "removed", by)
    folder.delete()
    return kept


def _set_aside(contribution: Contribution, kept: Discarded, *, by: Person) -> None:
    """As its author would put it into the bin, with a mark of what took it there."""
    contribution.card = {
        **contribution.card,
        "state_before": contribution.state,
        "removed_at": kept.removed_at.isoformat(),
        "removed_with": str(kept.id),
    }
    contribution.save(update_fields=["card"])
    set_state(contribution, State.REMOVED, "removed", by=by)


def list_bin(space: Space) -> list[Discarded]:
    """The folders in a community's bin, the last removed first. One query."""
    since = clock.now() - timedelta(days=DAYS)
    rows = Discarded.objects.select_related("removed_by").filter(space=space, removed_at__gt=since)
    return list(rows.order_by("-removed_at")[:100])


def put_back(space: Space, key: int, *, by: Person) -> Folder:
    """Makes the folder anew with its folders, and takes its files out of the bin; those that their authors took back
    or removed again by themselves stay where they are.

    Who may: hosts. Raises NotFound.
    """
    require("space.host", space, by=by)
    kept = Discarded.objects.select_for_update(of=("self",)).filter(space=space, id=key).first()
    if kept is None:
        raise NotFound
    made: dict[str, Folder] = {}
    for old, parent, name in kept.folders:
        above = made[parent] if parent else kept.parent
        made[old] = folders.add_folder(space, _free(space, above, name), by=by, parent=above)
    waiting = Contribution.objects.select_related("space").filter(
        id__in=[int(one) for one in kept.files],
        state=State.REMOVED,
        card__removed_with=str(kept.id),
        card__removed_at=kept.removed_at.isoformat(),
    )
    for contribution in waiting:
        _take_back(contribution, made[kept.files[str(contribution.id)]], by=by)
    top = made[kept.folders[0][0]]
    kept.delete()
    return top


def _take_back(contribution: Contribution, folder: Folder, *, by: Person) -> None:
    before = State(contribution.card.get("state_before", State.PUBLISHED))
    gone = ("state_before", "removed_at", "removed_with")
    contribution.card = {name: value for name, value in contribution.card.items() if name not in gone}
    contribution.save(update_fields=["card"])
    set_state(contribution, before, "restored", by=by)
    document = actions.document_of(contribution)
    document.folder = folder
    document.save(update_fields=["folder"])
    actions.set_name(document, document.name)
    actions.show_on_card(document)


def _free(space: Space, parent: Folder | None, name: str) -> str:
    """The name, or one beside it where another folder has taken it meanwhile."""
    there = Folder.objects.filter(space=space, parent=parent).values_list("name_key", flat=True)
    return names.free_name(name[:110], set(there).__contains__)


def forget_old() -> None:
    """After 30 days the files are gone, and so is the note of their folder. Called by a job."""
    Discarded.objects.filter(removed_at__lte=clock.now() - timedelta(days=DAYS)).delete()
