"""Passing files of programs (locks of offices, previews of systems, empty beginnings): each person's own, for a day.

They never become anybody's contribution and nobody else sees them. Not here: real files (the tools keep them).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from parvis.config import config
from parvis.toolkit.files import Full

DAY = 24 * 60 * 60
MOST_FILES = 200  # of one person
MOST_BYTES = 512 * 1024 * 1024

# Names that only programs give: what they leave while they save, lock or look.
_PASSING = re.compile(
    r"\.|~\$|~wrl|~wrd|~\.|thumbs\.db$|desktop\.ini$|word work file|4913$|.*\.tmp$|.*~$|#.*#$|.*\.(crdownload|part)$"
    r"|\(a document being saved",
    re.IGNORECASE | re.DOTALL,
)


def is_passing(name: str) -> bool:
    """Whether a file of this name is a program's own."""
    return bool(_PASSING.match(name))


@dataclass(frozen=True)
class Kept:
    """One file of the scratch."""

    path: str
    name: str
    size: int
    changed: float  # seconds since 1970
    tag: str
    place: Path

    def open(self) -> BinaryIO:
        return self.place.open("rb")


class Scratch:
    """The passing files of one person."""

    def __init__(self, person_id: int) -> None:
        self.folder = config.data / "scratch" / str(person_id)

    def inside(self, path: str) -> list[Kept]:
        """Those directly in a folder."""
        inside = _key(path)
        return [kept for kept in self._all() if _key(kept.path.rpartition("/")[0]) == inside]

    def find(self, path: str) -> Kept | None:
        return self._read(self.folder / f"{_mark(path)}.json")

    def write(self, path: str, source: BinaryIO, size: int) -> None:
        """Keeps a content for a day. Raises Full."""
        self.sweep()
        others = [kept for kept in self._all() if _key(kept.path) != _key(path)]
        if len(others) >= MOST_FILES or sum(kept.size for kept in others) + size > MOST_BYTES:
            raise Full(_("Too many passing files: they go within a day."))
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        coming = self.folder / f"{secrets.token_hex(8)}.coming"
        try:
            with coming.open("wb") as target:
                shutil.copyfileobj(source, target)
            size = coming.stat().st_size
            coming.replace(self.folder / _mark(path))
        finally:
            coming.unlink(missing_ok=True)
        told = {"path": path, "size": size, "tag": secrets.token_hex(8)}
        coming.write_text(json.dumps(told))
        coming.replace(self.folder / f"{_mark(path)}.json")

    def remove(self, path: str) -> None:
        for name in (f"{_mark(path)}.json", _mark(path)):
            (self.folder / name).unlink(missing_ok=True)

    def remove_inside(self, path: str) -> None:
        """Drops those in a folder and below it."""
        for kept in self._all():
            if _key(kept.path).startswith(f"{_key(path)}/"):
                self.remove(kept.path)

    def sweep(self) -> None:
        """Drops what is older than a day."""
        limit = time.time() - DAY
        with contextlib.suppress(FileNotFoundError):
            for place in self.folder.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if place.stat().st_mtime < limit:
                        place.unlink()

    def _all(self) -> list[Kept]:
        found = [self._read(place) for place in sorted(self.folder.glob("*.json"))]
        return [kept for kept in found if kept is not None]

    def _read(self, told: Path) -> Kept | None:
        try:
            row = json.loads(told.read_text())
            place = told.with_suffix("")
            changed = place.stat().st_mtime
        except (FileNotFoundError, ValueError):
            return None
        if changed < time.time() - DAY:
            return None
        return Kept(row["path"], row["path"].rpartition("/")[2], row["size"], changed, row["tag"], place)


def sweep_all() -> None:
    """Drops everybody's old passing files, and empty folders."""
    for folder in (config.data / "scratch").glob("*"):
        Scratch(int(folder.name)).sweep()
        with contextlib.suppress(OSError):
            folder.rmdir()


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _mark(path: str) -> str:
    return hashlib.sha256(_key(path).encode(errors="surrogatepass")).hexdigest()
