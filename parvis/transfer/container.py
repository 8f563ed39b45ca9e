"""Where a bundle's bytes stand: a folder or a zip, opened with suspicion, written whole.

Not here: what the entries mean (transfer.bundle).
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self, cast

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.transfer.rows import TABLES

_NAME = re.compile(rf"manifest\.json|(?:{'|'.join(TABLES)})\.jsonl|files/[0-9a-f]{{64}}")
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the same rows make the same bytes


@dataclass(frozen=True)
class Limits:
    """How much a zip may unfold to. Text packs 5 to 30 times; a bomb, a thousand times and more."""

    entries: int = 500_000
    total_bytes: int = 100 * 2**30
    ratio: int = 200
    ratio_free_bytes: int = 10 * 2**20  # an entry smaller than this does no harm


class Container(Protocol):
    """What a bundle is read from."""

    def has(self, name: str) -> bool: ...

    def open(self, name: str) -> BinaryIO: ...


class Folder:
    """A bundle as a folder. Symbolic links in it are refused: they could show any file of the machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def create(cls, root: Path) -> Self:
        (root / "files").mkdir(parents=True)
        return cls(root)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def has(self, name: str) -> bool:
        return bool(_NAME.fullmatch(name)) and (self.root / name).exists()

    def open(self, name: str) -> BinaryIO:
        path = self.root / name
        is_linked = path.is_symlink() or path.parent.is_symlink()
        if not _NAME.fullmatch(name) or is_linked or not path.is_file():
            raise Refused(_("The bundle has no file “%(name)s” that could be read.") % {"name": name})
        return path.open("rb")

    @contextmanager
    def create_entry(self, name: str) -> Iterator[BinaryIO]:
        with (self.root / name).open("xb") as stream:
            yield stream


class Zip:
    """A bundle as a zip. Its directory is judged before anything is read, and nothing is ever unpacked to disk."""

    def __init__(self, path: Path, limits: Limits) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise Refused(_("This file can't be read as a zip."))
        try:
            self._entries = _judged(self._archive.infolist(), limits)
        except Refused:
            self._archive.close()
            raise

    @classmethod
    @contextmanager
    def create(cls, path: Path) -> Iterator[ZipWriter]:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            yield ZipWriter(archive)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._archive.close()

    def has(self, name: str) -> bool:
        return name in self._entries

    def open(self, name: str) -> BinaryIO:
        if name not in self._entries:
            raise Refused(_("The bundle has no file “%(name)s” that could be read.") % {"name": name})
        try:
            return cast(BinaryIO, io.BufferedReader(_Guarded(self._archive, self._entries[name])))
        except (zipfile.BadZipFile, OSError, NotImplementedError):
            raise Refused(_("The bundle has no file “%(name)s” that could be read.") % {"name": name})


class _Guarded(io.RawIOBase):
    """An entry's bytes; damage shows as a refusal, and no more is given than the directory announced."""

    def __init__(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        super().__init__()
        self._stream = archive.open(entry)
        self._name, self._left, self._at = entry.filename, entry.file_size, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(cast(bytearray, buffer))
        try:
            data = self._stream.read(min(len(view), self._left))
        except Exception as error:  # zlib, lzma and zipfile each raise their own
            raise Refused(_("“%(name)s” is damaged.") % {"name": self._name}) from error
        view[: len(data)] = data
        self._left -= len(data)
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class ZipWriter:
    """Writes entries one after the other, with neither date nor owner."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def create_entry(self, name: str) -> Iterator[BinaryIO]:
        entry = zipfile.ZipInfo(name, _TIMESTAMP)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        with self._archive.open(entry, "w", force_zip64=True) as stream:
            yield cast(BinaryIO, stream)


def _judged(entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > limits.entries:
        raise Refused(_("This zip has too many entries."))
    kept: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for entry in entries:
        if entry.is_dir() and re.fullmatch(r"(?:files)/", entry.filename):
            continue
        _judge(entry, kept, limits)
        total += entry.file_size
        kept[entry.filename] = entry
    if total > limits.total_bytes:
        raise Refused(_("This zip would unfold to more than is allowed here."))
    return kept


def _judge(entry: zipfile.ZipInfo, kept: dict[str, zipfile.ZipInfo], limits: Limits) -> None:
    name = entry.filename
    # The flag bits: encrypted. The high half of the attributes: Unix mode, where a link shows.
    if not _NAME.fullmatch(name) or entry.flag_bits & 0x1 or stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(_("This zip holds “%(name)s”, which isn't part of a bundle.") % {"name": name[:120]})
    if name in kept:
        raise Refused(_("This zip holds “%(name)s” twice.") % {"name": name})
    if entry.file_size > limits.ratio_free_bytes and entry.file_size > entry.compress_size * limits.ratio:
        raise Refused(_("“%(name)s” unfolds to an absurd size.") % {"name": name})
