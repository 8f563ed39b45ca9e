"""What a tool with files says of them to other programs: folders and files as a tree. Not here: the protocol (parvis.dav).

A tool gives `Tool.files(person)`, the top of its tree as that person may see it, or None. Everything reached from there
is theirs to read; every write is one of the tool's actions, which asks access and raises NotFound, NotAllowed, Refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias, TypeGuard

from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.kernel.files import Stored


class Busy(Refused):
    """Somebody else is editing it."""


class Full(Refused):
    """No room is left."""


class Taken(Refused):
    """The name is another thing's here."""


class Holding(Protocol):
    """Who is editing a file until when."""

    @property
    def person_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def until(self) -> datetime: ...


class File(Protocol):
    """One file: its name in its folder, and the last content its reader may read."""

    name: str
    key: int  # the thing it is
    size: int
    media_type: str
    tag: str  # another for every content
    created_at: datetime
    changed_at: datetime
    holding: Holding | None

    def open(self) -> tuple[BinaryIO, Stored]:
        """Its content. Raises NotFound."""

    def write(self, source: BinaryIO, size: int) -> None:
        """A new content. Raises Busy, Full, Refused."""

    def remove(self) -> None:
        """Into the bin."""

    def move(self, to: Folder, name: str) -> None:
        """Another name or place, with rights at both ends; a file of that name gets its content instead."""

    def copy(self, to: Folder, name: str) -> None:
        """The same content elsewhere; a file of that name gets it as a new version."""

    def hold(self, until: datetime | None) -> None:
        """Says that its reader is editing it until then, or (None) no longer. Raises Busy."""


class Folder(Protocol):
    """One folder: what its reader may see in it. The tops are folders that can't be written."""

    name: str
    title: str
    created_at: datetime
    changed_at: datetime

    def members(self) -> Sequence[Folder | File]:
        """What lies in it, under names that differ."""

    def find(self, name: str) -> Folder | File | None:
        """The one of this name, however its letters are written large or small."""

    def require_writable(self) -> None:
        """Raises NotAllowed where its reader may add nothing."""

    def write(self, name: str, source: BinaryIO, size: int) -> None:
        """A new file. Raises Taken, Full, Refused."""

    def add_folder(self, name: str) -> None:
        """A new folder. Raises Taken, Refused."""

    def remove(self) -> None:
        """With all that is in it, into the bin; or nothing at all, when one of these may not be."""

    def move(self, to: Folder, name: str) -> None:
        """Another name or place."""

    def copy(self, to: Folder, name: str, *, with_members: bool) -> None:
        """The same elsewhere."""


Member: TypeAlias = Folder | File


def is_folder(member: Member | None) -> TypeGuard[Folder]:
    """Whether it is a folder."""
    return hasattr(member, "members")


def is_file(member: Member | None) -> TypeGuard[File]:
    """Whether it is a file."""
    return member is not None and not hasattr(member, "members")
