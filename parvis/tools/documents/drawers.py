"""The files of communities as a tree for other programs: their folders and files, read and written by the actions.

Not here: the protocol that shows the tree (parvis.dav), what the pages show (showing).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from django.utils.translation import gettext as _

from parvis.access.reading import find_space
from parvis.access.roles import roles
from parvis.access.table import judge, may, require
from parvis.contributions.actions import retire
from parvis.contributions.reading import find_contribution
from parvis.kernel.db import read
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.files import Stored, site_store
from parvis.spaces.models import Space
from parvis.toolkit import files, registry
from parvis.tools.documents import actions, arranging, binning, folders, names, placing, reading
from parvis.tools.documents.models import Folder
from parvis.tools.documents.quotas import OverQuota

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

TOOL = "documents"
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)  # of what has no beginning
MOST = 5_000  # files shown of one folder
MOST_COPIED = 500  # of one folder with all that is in it

# Links have no bytes: they stay on the pages. Who may write there gets the last version, to write on from it; others
# the approved one, where there is one.
FILES = f"""
SELECT d.contribution_id AS id, d.name, v.size, v.media_type, v.number AS version, d.changed_at, c.published_at, v.sha256,
  d.locked_by_id, d.locked_until, l.display_name AS locked_by
FROM documents_document d JOIN contributions_contribution c ON c.id = d.contribution_id
  JOIN documents_version v ON v.contribution_id = d.contribution_id AND v.number = CASE WHEN %(works)s THEN d.version
    ELSE coalesce((SELECT r.number FROM approvals_review r
      WHERE r.contribution_id = d.contribution_id AND r.state = 'approved'), d.version) END
  LEFT JOIN people_person l ON l.id = d.locked_by_id
WHERE d.space_id = %(space)s AND d.folder_id IS NOT DISTINCT FROM %(folder)s AND c.state = 'published'
ORDER BY d.name_key, d.contribution_id LIMIT {MOST}"""

FOLDERS = """
SELECT id, name, created_at FROM documents_folder
WHERE space_id = %(space)s AND parent_id IS NOT DISTINCT FROM %(folder)s ORDER BY name_key, id"""

SPACES = """
SELECT s.slug, s.name, s.created_at FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id
  JOIN spaces_spacetool t ON t.space_id = s.id AND t.slug = 'documents'
WHERE m.person_id = %(me)s ORDER BY s.slug"""

# What somebody brings within ten minutes makes one card.
LAST_CARD = """
SELECT c.id FROM contributions_contribution c WHERE c.space_id = %(space)s AND c.author_id = %(me)s
  AND c.kind = 'document' AND c.state = 'published' AND c.is_listed AND c.published_at > now() - interval '10 minutes'
ORDER BY c.published_at DESC LIMIT 1"""


def folded(name: str) -> str:
    """What two names have in common that are one for people: an accent makes a difference, a capital doesn't."""
    return unicodedata.normalize("NFC", name).casefold()


@dataclass
class Incoming:
    """A content as the actions receive it."""

    source: BinaryIO
    size: int
    name: str

    def read(self, size: int = -1, /) -> bytes:
        return self.source.read(size)


@dataclass(frozen=True)
class Held:
    """Who is editing a file until when."""

    person_id: int
    name: str
    until: datetime


@dataclass
class Shelves:
    """The top: the communities of one person that have documents. Any other they may read is found by its name."""

    person: Person
    name: str = TOOL
    title: str = ""
    created_at: datetime = BEGIN
    changed_at: datetime = BEGIN

    def members(self) -> Sequence[files.Member]:
        return [
            self._shelf(row.slug, row.name, row.created_at) for row in read(SPACES, {"me": self.person.id})
        ]

    def _shelf(self, slug: str, title: str, since: datetime) -> Drawer:
        return Drawer(self.person, slug, slug, title, since, since)

    def find(self, name: str) -> files.Member | None:
        try:
            space, place, switched_on = find_space(name, self.person)
            if TOOL not in registry.slugs_on(space, switched_on) or "\x00" in name:
                return None
            judge("space.read", roles(self.person, space, place=place), space)
        except (NotFound, NotAllowed):
            return None
        made = self._shelf(space.slug, space.name, space.created_at)
        made.space = space
        return made

    def require_writable(self) -> None:
        raise NotAllowed(_("Put files into one of the communities."))

    def write(self, name: str, source: BinaryIO, size: int) -> None:
        self.require_writable()

    def add_folder(self, name: str) -> None:
        raise NotAllowed(_("Communities are made on the pages of the network."))

    def remove(self) -> None:
        raise NotAllowed(_("Communities are arranged on the pages of the network."))

    def move(self, to: files.Folder, name: str) -> None:
        self.remove()

    def copy(self, to: files.Folder, name: str, *, with_members: bool) -> None:
        self.remove()


@dataclass
class Drawer:
    """A community's documents (no folder), or one of its folders."""

    person: Person
    slug: str
    name: str
    title: str
    created_at: datetime
    changed_at: datetime
    key: int | None = None
    space: Space | None = None  # found when it is first needed
    _known: list[files.Member] | None = None
    _named: dict[str, files.Member] | None = None  # the same by name: a listing looks each of them up again

    def here(self) -> Space:
        """The community, as its reader finds it. Raises NotFound."""
        if self.space is None:
            found = Shelves(self.person).find(self.slug)
            if not isinstance(found, Drawer) or found.space is None:
                raise NotFound
            self.space = found.space
        return self.space

    def folder(self) -> Folder | None:
        """The row of the folder; none at the top. Raises NotFound."""
        return folders.find_folder(self.here(), self.key)

    def members(self) -> Sequence[files.Member]:
        if self._known is not None:
            return self._known
        space = self.here()
        works = may("space.post", space, by=self.person)
        asked = {"space": space.id, "folder": self.key, "works": works}
        inner: list[files.Member] = [
            Drawer(self.person, self.slug, row.name, row.name, row.created_at, row.created_at, row.id, space)
            for row in read(FOLDERS, asked)
        ]
        known = [*inner, *(Sheet(self, row) for row in read(FILES, asked))]
        for member, name in zip(known, names.apart(one.name for one in known), strict=True):
            member.name = name
        self._known, self._named = known, None
        return known

    def find(self, name: str) -> files.Member | None:
        members = self.members()
        if self._named is None:
            self._named = {folded(one.name): one for one in reversed(members)}
        return self._named.get(folded(name)) or self._named.get(folded(names.document_name(name)))

    def require_writable(self) -> None:
        require("space.post", self.here(), by=self.person)

    def write(self, name: str, source: BinaryIO, size: int) -> None:
        space = self.here()
        called = names.document_name(name)
        self.require_free(called)
        rows = read(LAST_CARD, {"space": space.id, "me": self.person.id})
        after = find_contribution(rows[0].id, self.person) if rows else None
        with told():
            actions.upload(
                space, Incoming(source, size, called), by=self.person, folder=self.folder(), after=after
            )
        self._known = None

    def require_free(self, name: str, *, but: int = 0) -> None:
        """Raises Taken where something else has a name that sorts and compares as this one."""
        if arranging.is_taken(self.here(), self.key, name, but=but):
            raise files.Taken(_("Something here has nearly this name already: choose another."))

    def add_folder(self, name: str) -> None:
        self.require_free(names.folder_name(name))
        folders.add_folder(self.here(), name, by=self.person, parent=self.folder())
        self._known = None

    def remove(self) -> None:
        folder = self.folder()
        if folder is None:
            raise NotAllowed(_("Communities are arranged on the pages of the network."))
        if may("space.host", self.here(), by=self.person):  # as on the page: hosts can put it back whole
            with told():
                binning.discard_folder(folder, by=self.person)
            return
        for member in self.members():
            member.remove()
        folders.remove_folder(folder, by=self.person)

    def move(self, to: files.Folder, name: str) -> None:
        folder = self.folder()
        if folder is None or not isinstance(to, Drawer) or to.here().id != self.here().id:
            raise NotAllowed(_("A folder stays in its community: move its files instead."))
        with told():
            arranging.move_folder(folder, to.folder(), name, by=self.person)

    def copy(self, to: files.Folder, name: str, *, with_members: bool) -> None:
        if not isinstance(to, Drawer) or self.key is None:
            raise NotAllowed(_("Copy folders, not whole communities."))
        to.add_folder(name)
        made = to.find(name)
        assert isinstance(made, Drawer)
        if not with_members:
            return
        if arranging.count_inside(self.here(), self.key) > MOST_COPIED:
            raise Refused(_("This folder holds more than 500 files: copy its parts one by one."))
        for member in self.members():
            if isinstance(member, Sheet):
                member.copy(made, member.name)
            elif isinstance(member, Drawer):
                member.copy(made, member.name, with_members=True)


class Sheet:
    """One document that has a file."""

    def __init__(self, drawer: Drawer, row: Any) -> None:
        self.drawer = drawer
        self.name: str = row.name
        self.key: int = row.id
        self.size: int = row.size
        self.media_type: str = row.media_type
        self.tag: str = row.sha256
        self.created_at: datetime = row.published_at
        self.changed_at: datetime = row.changed_at
        self.holding: files.Holding | None = None
        if row.locked_by_id is not None and actions.is_locked(row):
            self.holding = Held(row.locked_by_id, row.locked_by, row.locked_until)
        self._number: int = row.version

    def contribution(self) -> Contribution:
        """The document as its reader finds it. Raises NotFound."""
        return find_contribution(self.key, self.drawer.person)

    def open(self) -> tuple[BinaryIO, Stored]:
        row = reading.find_version(self.contribution(), self._number, self.drawer.person)
        stored = Stored(row.sha256, row.size, row.media_type, self.name)
        return site_store().open(stored.sha256), stored

    def write(self, source: BinaryIO, size: int) -> None:
        with told():
            actions.add_version(
                self.contribution(), Incoming(source, size, self.name), note="", by=self.drawer.person
            )

    def remove(self) -> None:
        contribution = self.contribution()
        require("contribution.remove", contribution, by=self.drawer.person)
        with told():
            actions.require_unlocked(actions.document_of(contribution), self.drawer.person)
        retire(contribution, by=self.drawer.person)

    def move(self, to: files.Folder, name: str) -> None:
        if not isinstance(to, Drawer):
            raise NotAllowed(_("Put files into one of the communities."))
        there = to.find(name)
        if isinstance(there, Sheet) and there.key != self.key:
            self.copy(to, name)
            self.remove()
            return
        me = self.drawer.person
        with told():
            if to.here().id != self.drawer.here().id:
                placing.move_document(self.contribution(), to.here(), by=me)
            if there is None:
                to.require_free(names.document_name(name), but=self.key)
            arranging.rename_exactly(self.contribution(), names.document_name(name), to.folder(), by=me)

    def copy(self, to: files.Folder, name: str) -> None:
        if not isinstance(to, Drawer):
            raise NotAllowed(_("Put files into one of the communities."))
        content, stored = self.open()
        with content:
            there = to.find(name)
            if isinstance(there, Sheet):
                there.write(content, stored.size)
            else:
                to.write(name, content, stored.size)

    def hold(self, until: datetime | None) -> None:
        with told():
            arranging.hold(self.contribution(), until, by=self.drawer.person)


class told:
    """Refusals of the actions in the words of the tree: somebody edits it, no room is left."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        if isinstance(error, actions.BeingEdited):
            raise files.Busy(error.sentence) from None
        if isinstance(error, OverQuota):
            raise files.Full(error.sentence) from None


def top(person: Person) -> files.Folder:
    """The tree of one reader."""
    return Shelves(person, title=_("Documents"))
