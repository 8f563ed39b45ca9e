"""The tree of files as WsgiDAV asks for it: what lies where, what is written. Not here: locks, the door, the tools' rules."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any, BinaryIO
from xml.etree import ElementTree

from django.utils.translation import gettext as _
from wsgidav.dav_error import HTTP_FORBIDDEN, DAVError
from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider
from wsgidav.util import get_uri_name, get_uri_parent, join_uri

from parvis.dav.locks import hold_written
from parvis.dav.multistatus import clean
from parvis.dav.refusals import Said, saying
from parvis.dav.scratch import Kept, is_passing
from parvis.dav.session import Session
from parvis.kernel.files import Stored, response_headers
from parvis.toolkit import files

ElementTree.register_namespace("D", "DAV:")  # some programs know no other prefix
# What systems note of a file, hours and attributes: answered as done, kept nowhere.
NOTED = ("{urn:schemas-microsoft-com:}", "{http://apache.org/dav/props/}executable")


class Tree(DAVProvider):  # type: ignore[misc]
    """Finds what lies at a path for who asks."""

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> Any:
        session: Session = environ["parvis.session"]
        member = session.find(path)
        if files.is_folder(member):
            return Shelf(path, environ, member)
        if files.is_file(member):
            return Leaf(path, environ, member)
        kept = session.scratch.find(path.rstrip("/"))
        # What isn't in a folder of theirs (any more) is nowhere.
        return Passing(path, environ, kept) if kept and session.find(get_uri_parent(path)) else None


class Written:
    """Where WsgiDAV thinks it writes to: the body lies in a file of ours already, and is handed on whole."""

    def writelines(self, stream: Iterable[bytes]) -> None:
        """Reads nothing."""

    def close(self) -> None:
        """Nothing to close."""


class Shelf(DAVCollection):  # type: ignore[misc]
    """A folder."""

    def __init__(self, path: str, environ: dict[str, Any], folder: files.Folder) -> None:
        super().__init__(path if path.endswith("/") else f"{path}/", environ)
        self.folder = folder
        self.session: Session = environ["parvis.session"]

    def get_display_name(self) -> str:
        return clean(self.folder.title)

    def get_creation_date(self) -> float:
        return self.folder.created_at.timestamp()

    def get_last_modified(self) -> float:
        return self.folder.changed_at.timestamp()

    def prevent_locking(self) -> bool:
        return True  # a whole folder is never one person's

    def get_member_list(self) -> list[Any]:
        found: list[Any] = []
        with saying():
            for member in self.folder.members():
                path = join_uri(self.path, member.name)
                if files.is_folder(member):
                    found.append(Shelf(path, self.environ, member))
                elif files.is_file(member):
                    found.append(Leaf(path, self.environ, member))
        passing = self.session.scratch.inside(self.path.rstrip("/"))
        return found + [Passing(kept.path, self.environ, kept) for kept in passing]

    def get_member_names(self) -> list[str]:
        return [get_uri_name(one.path) for one in self.get_member_list()]

    def create_empty_resource(self, name: str) -> Any:
        """What is about to be written, or only locked: until it has a content, it is a passing file."""
        path = join_uri(self.path, name)
        with saying():
            self.folder.require_writable()
            if self.environ["REQUEST_METHOD"] == "LOCK":
                self.session.scratch.write(path, _nothing(), 0)
        return Passing(path, self.environ, self.session.scratch.find(path))

    def create_collection(self, name: str) -> None:
        if is_passing(name):
            raise Said(HTTP_FORBIDDEN, _("A program's own folders aren't kept here."))
        with saying():
            self.folder.add_folder(name)
        self.session.forget()

    def handle_delete(self) -> bool:
        require_no_lock(self, "infinity")
        with saying():
            self.folder.remove()
            self.session.scratch.remove_inside(self.path.rstrip("/"))
        self.session.forget()
        return True

    def handle_move(self, dest_path: str) -> bool:
        with saying():
            self.folder.move(*_room_for(self.session, dest_path))
        self.session.forget()
        return True

    def handle_copy(self, dest_path: str, *, depth_infinity: bool) -> bool:
        with saying():
            to, name = _room_for(self.session, dest_path)
            self.folder.copy(to, name, with_members=depth_infinity)
        self.session.forget()
        return True

    def set_property_value(self, name: str, value: Any, *, dry_run: bool = False) -> None:
        _note(name)


class Sheet(DAVNonCollection):  # type: ignore[misc]
    """What a file and a passing file have in common."""

    def __init__(self, path: str, environ: dict[str, Any]) -> None:
        super().__init__(path.rstrip("/"), environ)
        self.session: Session = environ["parvis.session"]

    def support_etag(self) -> bool:
        return True

    def support_ranges(self) -> bool:
        return True

    def get_property_value(self, name: str) -> Any:
        value = super().get_property_value(name)
        return f'"{value}"' if name == "{DAV:}getetag" else value  # as the header has it

    def begin_write(self, *, content_type: str | None = None) -> Written:
        return Written()

    def end_write(self, *, with_errors: bool) -> None:
        if with_errors:
            return
        size = int(self.environ.get("CONTENT_LENGTH") or 0)
        self.environ["wsgidav.all_input_read"] = 1
        with saying():
            put(self.session, self.path, self.environ["wsgi.input"], size)
            self.session.forget()
            self._written()

    def handle_delete(self) -> bool:
        require_no_lock(self, "0")
        with saying():
            self._remove()
        self.remove_all_locks(recursive=True)
        self.session.forget()
        return True

    def handle_move(self, dest_path: str) -> bool:
        with saying():
            self._move(dest_path.rstrip("/"))
        self.remove_all_locks(recursive=True)
        self.session.forget()
        return True

    def handle_copy(self, dest_path: str, *, depth_infinity: bool) -> bool:
        with saying():
            self._copy(dest_path.rstrip("/"))
        self.session.forget()
        return True

    def _written(self) -> None:
        """After a new content."""

    def _remove(self) -> None:
        raise NotImplementedError

    def _move(self, path: str) -> None:
        raise NotImplementedError

    def _copy(self, path: str) -> None:
        raise NotImplementedError

    def set_property_value(self, name: str, value: Any, *, dry_run: bool = False) -> None:
        _note(name)


class Leaf(Sheet):
    """A file of a tool."""

    def __init__(self, path: str, environ: dict[str, Any], file: files.File) -> None:
        super().__init__(path, environ)
        self.file = file
        self.stored: Stored | None = None

    def get_content_length(self) -> int:
        return self.file.size

    def get_content_type(self) -> str:
        return self.file.media_type

    def get_creation_date(self) -> float:
        return self.file.created_at.timestamp()

    def get_last_modified(self) -> float:
        return self.file.changed_at.timestamp()

    def get_etag(self) -> str:
        found = self.session.find(self.path)  # as it is after a write
        return found.tag if files.is_file(found) else self.file.tag

    def get_content(self) -> BinaryIO:
        with saying():
            content, _stored = self.file.open()
        return content

    def finalize_headers(self, environ: dict[str, Any], response_headers: list[tuple[str, str]]) -> None:
        stored = Stored(self.file.tag, self.file.size, self.file.media_type, self.file.name)
        add_harmless(response_headers, stored)

    def _remove(self) -> None:
        self.file.remove()

    def _move(self, path: str) -> None:
        # A program puts the old file aside before it writes the new one: it stays, so that it gets a new version.
        if is_passing(get_uri_name(path)):
            self._copy(path)
            return
        self.file.move(*_room_for(self.session, path, is_file=True))

    def _copy(self, path: str) -> None:
        if is_passing(get_uri_name(path)):
            content, stored = self.file.open()
            with content:
                self.session.scratch.write(path, content, stored.size)
            return
        self.file.copy(*_room_for(self.session, path, is_file=True))


class Passing(Sheet):
    """A passing file, or one that is just being written."""

    def __init__(self, path: str, environ: dict[str, Any], kept: Kept | None) -> None:
        super().__init__(path, environ)
        self.kept = kept

    def get_content_length(self) -> int:
        return self.kept.size if self.kept else 0

    def get_content_type(self) -> str:
        return "application/octet-stream"

    def get_creation_date(self) -> float | None:
        return self.get_last_modified()

    def get_last_modified(self) -> float | None:
        return self.kept.changed if self.kept else None

    def get_etag(self) -> str:
        found = self.session.find(self.path)
        if files.is_file(found):
            return found.tag
        kept = self.session.scratch.find(self.path)
        return kept.tag if kept else "new"

    def get_content(self) -> BinaryIO:
        return self.kept.open() if self.kept else _nothing()

    def finalize_headers(self, environ: dict[str, Any], response_headers: list[tuple[str, str]]) -> None:
        name = get_uri_name(self.path)
        add_harmless(response_headers, Stored("", 0, "application/octet-stream", name))

    def _written(self) -> None:
        hold_written(self.session, self.path)

    def _remove(self) -> None:
        self.session.scratch.remove(self.path)

    def _move(self, path: str) -> None:
        self._copy(path)
        self._remove()

    def _copy(self, path: str) -> None:
        with self.get_content() as content:
            put(self.session, path, content, self.get_content_length())


def require_no_lock(resource: Any, depth: str) -> None:
    """Raises 423 where another program has locked it. (WsgiDAV asks before all else, but not before `handle_delete`.)"""
    environ = resource.environ
    resource.provider.lock_manager.check_write_permission(
        url=resource.get_ref_url(),
        depth=depth,
        token_list=environ["wsgidav.ifLockTokenList"],
        principal=environ["wsgidav.user_name"],
    )


def put(session: Session, path: str, source: BinaryIO, size: int) -> None:
    """A content at a path: a new version of the file there, a new file, or a passing one. Raises as the actions do."""
    there, name = session.find(path), get_uri_name(path)
    if is_passing(name) and not files.is_file(there):
        session.scratch.write(path, source, size)
    elif files.is_file(there):
        # Many programs empty a file before they write it: that is no version.
        if size:
            there.write(source, size)
    elif size == 0:
        session.scratch.write(path, source, 0)
    else:
        to, name = _room_for(session, path, is_file=True)
        to.write(name, source, size)
        session.scratch.remove(path)


def add_harmless(headers: list[tuple[str, str]], stored: Stored) -> None:
    """The headers with which every file is sent, where WsgiDAV hasn't set its own."""
    set_already = {name.lower() for name, _value in headers}
    wanted = response_headers(stored, inline=False).items()
    headers.extend((name, value) for name, value in wanted if name.lower() not in set_already)


def _room_for(session: Session, path: str, *, is_file: bool = False) -> tuple[files.Folder, str]:
    """The folder a path names, and the name in it; what stands in the way is put into the bin, but a file by a file."""
    path = path.rstrip("/")
    to = session.find(get_uri_parent(path))
    if not files.is_folder(to):
        raise Said(409, _("There is no such folder."))
    to.require_writable()
    there = session.find(path)
    if there is not None and not (is_file and files.is_file(there)):
        there.remove()
    return to, get_uri_name(path)


def _note(name: str) -> None:
    if not name.startswith(NOTED):
        raise DAVError(HTTP_FORBIDDEN)


def _nothing() -> BinaryIO:
    return BytesIO()
