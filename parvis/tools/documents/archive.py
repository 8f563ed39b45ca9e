"""A folder as one ZIP, made while it is sent: nothing of it waits in memory or on disk, and no page slot is held.

Not here: who may read the files (reading), the names on their own (names).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from parvis.kernel.errors import NotFound
from parvis.kernel.files import Store
from parvis.tools.documents.names import apart

CHUNK = 128 * 1024


@dataclass(frozen=True)
class Entry:
    """One file of an archive: the folders it lies in, its own name, its content, when it was changed."""

    folders: tuple[str, ...]
    name: str
    sha256: str
    changed_at: datetime


class _Outlet(io.RawIOBase):
    """What the archive writes to: a stream without a way back, emptied after each piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._at

    def write(self, data: bytes) -> int:  # type: ignore[override]
        piece = bytes(data)
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def paths_of(entries: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """Each entry with its path in the archive: no two alike, none leading out of it."""
    by_folder: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        by_folder.setdefault(entry.folders, []).append(entry)
    found = []
    for folders, inside in by_folder.items():
        for name, entry in zip(apart(one.name for one in inside), inside, strict=True):
            found.append(("/".join((*folders, name)), entry))
    return found


def stream_archive(entries: Iterable[Entry], store: Store) -> Iterator[bytes]:
    """The bytes of the archive, piece by piece; sizes above 4 GB are written as ZIP64.

    A content that is missing is left out: the rest is worth having.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for path, entry in paths_of(entries):
            try:
                source = store.open(entry.sha256)
            except NotFound:
                continue
            about = zipfile.ZipInfo(path, date_time=_date(entry.changed_at))
            about.external_attr = 0o644 << 16
            with source, archive.open(about, "w", force_zip64=True) as target:
                while piece := source.read(CHUNK):
                    target.write(piece)
                    yield outlet.take()
            yield outlet.take()
    yield outlet.take()


def _date(moment: datetime) -> tuple[int, int, int, int, int, int]:
    """What the format can say: from 1980, in steps of two seconds."""
    year = min(max(moment.year, 1980), 2107)
    return year, moment.month, moment.day, moment.hour, moment.minute, moment.second
