"""Folders of a community: make, rename, remove when empty. Not here: what lies in them (reading, placing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.tools.documents import names
from parvis.tools.documents.models import Document, Folder

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

DEEPEST = 8
MOST = 500


def find_folder(space: Space, key: int | None) -> Folder | None:
    """A folder of this space; None stands for its top. Raises NotFound."""
    if key is None:
        return None
    found = Folder.objects.select_related("parent").filter(space=space, id=key).first()
    if found is None:
        raise NotFound
    return found


def add_folder(space: Space, name: str, *, by: Person, parent: Folder | None = None) -> Folder:
    """A new folder. Who may: whoever may post in the space. Raises Refused for a name that is taken."""
    require("space.post", space, by=by)
    kept = names.folder_name(name)
    if depth_of(parent) >= DEEPEST:
        raise Refused(
            _("Folders go eight levels deep at most: a flat shelf is found more easily."), field="name"
        )
    if Folder.objects.filter(space=space).count() >= MOST:
        raise Refused(_("This community has 500 folders: put some together first."), field="name")
    require_free(space, parent, kept)
    folder = Folder.objects.create(
        space=space,
        parent=parent,
        name=kept,
        name_key=names.key_of(kept),
        created_by=by,
        created_at=clock.now(),
    )
    note(folder, "added", by)
    return folder


def rename_folder(folder: Folder, name: str, *, by: Person) -> None:
    """Another name. Who may: whoever may post in the space. Raises Refused for a name that is taken."""
    require("space.post", folder.space, by=by)
    kept = names.folder_name(name)
    require_free(folder.space, folder.parent, kept, but=folder)
    folder.name, folder.name_key = kept, names.key_of(kept)
    folder.save(update_fields=["name", "name_key"])
    note(folder, "renamed", by)


def remove_folder(folder: Folder, *, by: Person) -> None:
    """Takes an empty folder away. Who may: whoever may post in the space. Raises Refused while something is in it."""
    require("space.post", folder.space, by=by)
    is_full = Document.objects.filter(folder=folder, contribution__state="published").exists()
    if is_full or folder.inner.exists():
        raise Refused(_("This folder isn't empty: move what is in it first."))
    note(folder, "removed", by)
    folder.delete()


def require_free(space: Space, parent: Folder | None, name: str, *, but: Folder | None = None) -> None:
    """Raises Refused where another folder there has this name."""
    same = Folder.objects.filter(space=space, parent=parent, name_key=names.key_of(name))
    if (same.exclude(id=but.id) if but else same).exists():
        raise Refused(_("There is a folder of this name here already."), field="name")


def depth_of(folder: Folder | None) -> int:
    """How many folders one is inside of, itself counted."""
    depth = 0
    while folder is not None:
        depth, folder = depth + 1, folder.parent
    return depth


def note(folder: Folder, verb: str, by: Person) -> None:
    """Records one fact about a folder."""
    record(
        f"folder.{verb}",
        thing_kind="folder",
        thing_id=folder.id,
        by=by,
        space_id=folder.space_id,
        audience=folder.space.audience,
    )
