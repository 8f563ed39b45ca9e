"""Who asks, and what they see, for as long as one request lasts. Not here: the door that finds them (parvis.dav.gate)."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from django.utils.translation import gettext as _

from parvis.dav.scratch import Scratch
from parvis.kernel.errors import NotAllowed
from parvis.toolkit import files, registry

if TYPE_CHECKING:
    from parvis.people.models import Person

LONGEST_PATH = 1500
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


class Root:
    """Above the trees of the tools: one folder for each tool that has files. Nothing is written here."""

    name = ""
    created_at = changed_at = BEGIN

    def __init__(self, person: Person) -> None:
        self.title = _("Files")
        made = [tool.files(person) for tool in registry.tools() if tool.files is not None]
        self._tops: list[files.Folder] = [top for top in made if top is not None]

    def members(self) -> Sequence[files.Member]:
        return self._tops

    def find(self, name: str) -> files.Member | None:
        return next((top for top in self._tops if top.name == name), None)

    def require_writable(self) -> NoReturn:
        raise NotAllowed(_("Put files into one of the communities."))

    def write(self, name: str, source: BinaryIO, size: int) -> None:
        self.require_writable()

    def add_folder(self, name: str) -> None:
        self.require_writable()

    def remove(self) -> None:
        self.require_writable()

    def move(self, to: files.Folder, name: str) -> None:
        self.require_writable()

    def copy(self, to: files.Folder, name: str, *, with_members: bool) -> None:
        self.require_writable()


class Session:
    """One request of one person."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.scratch = Scratch(person.id)
        self.root: files.Folder = Root(person)
        self.locks: list[dict[str, Any]] | None = None  # parvis.dav.locks keeps them here
        self._found: dict[str, files.Member | None] = {}

    def find(self, path: str) -> files.Member | None:
        """What lies at a path like /documents/quality/Plan.pdf, for this person."""
        path = "/" + path.strip("/")
        if path not in self._found:
            self._found[path] = self._walk(path) if len(path) <= LONGEST_PATH else None
        return self._found[path]

    def _walk(self, path: str) -> files.Member | None:
        if path == "/":
            return self.root
        above, _slash, name = path.rpartition("/")
        folder = self.find(above)
        return folder.find(name) if files.is_folder(folder) else None

    def forget(self) -> None:
        """After a write: everything is read anew."""
        self._found.clear()
        self.root = Root(self.person)


CURRENT: ContextVar[Session] = ContextVar("parvis.dav.session")
