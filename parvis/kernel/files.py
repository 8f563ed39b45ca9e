"""Files people bring, kept once each under the hash of their content, and the headers they are served with.

Not here: who may read a file (the thing it hangs on says), pictures made small (`images.py`), and any table:
a caller keeps the returned `Stored` in its own row. `Store` is the contract another keeper may fulfil.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote

from django.utils.translation import gettext as _

from parvis.kernel import media_types
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.scanning import check_clean

MAX_NAME_BYTES = 255
_CHUNK = 256 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")
_SERVED_POLICY = "sandbox; default-src 'none'; style-src 'none'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Stored:
    """One kept file: what it is (`media_type`, by its bytes) and what it is called (`name`, made safe)."""

    sha256: str
    size: int
    media_type: str
    name: str


class Source(Protocol):
    """Anything bytes can be read from; Django's uploads and open files are."""

    def read(self, size: int = -1, /) -> bytes: ...


class Store(Protocol):
    """A keeper of files. `LocalStore` is one; the calls are those an object store can answer too."""

    def store(
        self,
        stream: Source,
        *,
        name: str,
        declared_type: str | None = None,
        max_bytes: int,
        is_ours: bool = False,
    ) -> Stored: ...

    def put(self, sha256: str, content: BinaryIO) -> None: ...

    def open(self, sha256: str) -> BinaryIO: ...

    def hashes(self) -> Iterator[str]: ...

    def collect_garbage(self, live: Iterable[str], *, min_age_seconds: float = ...) -> int: ...


class LocalStore:
    """Files in a local folder: `ab/cd/abcd…`, readable by our account only (or its group, see `is_shared`), written whole or not at all."""

    def __init__(self, root: Path, *, is_shared: bool = False) -> None:
        """`is_shared` lets the group of the folder read too: a front server that sends the files itself."""
        self.root = Path(root)
        self._file_mode, self._folder_mode = (0o640, 0o750) if is_shared else (0o600, 0o700)

    def store(
        self,
        stream: Source,
        *,
        name: str,
        declared_type: str | None = None,
        max_bytes: int,
        is_ours: bool = False,
    ) -> Stored:
        """Keep the content of `stream` and return what it is. The same content is kept once.

        `declared_type`, what the sender claims, is never believed. When this returns, the file is on disk and the
        scanner, where there is one, has called it clean (`is_ours`: we drew it, it isn't asked). An interrupted call
        leaves nothing that could be read. Raises Refused above `max_bytes`, when empty or infected, TryAgain.
        """
        with self._arriving() as coming:
            with open(os.open(coming, os.O_RDWR | os.O_CREAT | os.O_EXCL, self._file_mode), "w+b") as target:
                sha256, size, head = copy_checked(stream, target, max_bytes)
                target.flush()
                os.fsync(target.fileno())
                if not is_ours:
                    target.seek(0)
                    check_clean(target)
            self._settle(coming, sha256)
        kept_name = safe_name(name)
        return Stored(sha256, size, media_types.sniff(head, kept_name), kept_name)

    def put(self, sha256: str, content: BinaryIO) -> None:
        """Keep a content whose hash is known, from another store. Raises Refused when it is another content."""
        with self._arriving() as coming:
            with open(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._file_mode), "wb") as target:
                found, _size, _head = copy_checked(content, target, 2**63)
                target.flush()
                os.fsync(target.fileno())
            if found != sha256:
                raise Refused(_("This content isn't what its name says."))
            self._settle(coming, sha256)

    @contextlib.contextmanager
    def _arriving(self) -> Iterator[Path]:
        """Where a content waits until it is whole."""
        self._folder(self.root)
        coming = self._folder(self.root / "coming") / secrets.token_hex(16)
        try:
            yield coming
        finally:
            coming.unlink(missing_ok=True)

    def _settle(self, coming: Path, sha256: str) -> None:
        """Gives a whole content its name."""
        path = self._path(sha256)
        self._folder(path.parent.parent)
        self._folder(path.parent)
        with self._lock(fcntl.LOCK_SH):
            # Renamed even over an equal file: its fresh date keeps the collector away from it.
            os.replace(coming, path)
        _fsync_folder(path.parent)

    def open(self, sha256: str) -> BinaryIO:
        """Open a kept file to read. Raises NotFound, also for anything that is no hash."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound from None

    def path(self, sha256: str) -> Path:
        """Where a kept file lies, for a front server that sends it. Raises NotFound."""
        path = self._path(sha256)
        if not path.is_file():
            raise NotFound
        return path

    def hashes(self) -> Iterator[str]:
        """Every content that is kept."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            yield path.name

    def collect_garbage(self, live: Iterable[str], *, min_age_seconds: float = 86_400) -> int:
        """Delete every kept file whose hash is not in `live`, and interrupted uploads; return how many.

        Files younger than `min_age_seconds` stay: their row may not be committed yet.
        """
        kept = frozenset(live)
        limit = time.time() - min_age_seconds
        count = 0
        for path in list(self._all_paths()):
            if path.name in kept:
                continue
            with self._lock(fcntl.LOCK_EX), contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime <= limit:
                    path.unlink()
                    count += 1
        return count

    def _all_paths(self) -> Iterator[Path]:
        """Every file, uploads under way included."""
        yield from self.root.glob("coming/*")
        yield from self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")

    def _path(self, sha256: str) -> Path:
        """Where the content with this hash lies or would lie; no other text ever becomes a path."""
        if not SHA256.fullmatch(sha256):
            raise NotFound
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _folder(self, path: Path) -> Path:
        """The folder, made when missing."""
        path.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
        return path

    @contextlib.contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Keep the collector from deleting a file between its arrival and its new date."""
        descriptor = os.open(self._folder(self.root) / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


def site_store() -> Store:
    """Where this site keeps its files: the bucket of PARVIS_FILES_S3_BUCKET, else the folder of `local_store`."""
    from django.conf import settings

    if not settings.PARVIS_FILES_S3["bucket"]:
        return local_store()
    return _bucket_of(Path(settings.PARVIS_FILES_ROOT), **settings.PARVIS_FILES_S3)


@functools.lru_cache(maxsize=4)
def _bucket_of(folder: Path, **named: str) -> Store:
    """One for each process: it keeps its connections."""
    from parvis.kernel.files_s3 import S3Store

    return S3Store(folder=folder, **named)


def local_store(root: Path | None = None) -> LocalStore:
    """The folder of kept files on this machine, `settings.PARVIS_FILES_ROOT` unless a root is given."""
    from django.conf import settings

    return LocalStore(
        Path(root or settings.PARVIS_FILES_ROOT), is_shared=bool(settings.PARVIS_FILES_INTERNAL)
    )


def response_headers(stored: Stored, *, inline: bool, max_age: int = 0) -> dict[str, str]:
    """The headers that make a kept file harmless to whom it is served.

    `inline` asks to show it in place; it is granted to media that run nothing and refused to all else
    (HTML, SVG, XML, PDF, office files), which is downloaded. `max_age`, in seconds, is for content that
    keeps its address and its readers for ever; by default the browser asks us each time.
    """
    shown = inline and media_types.may_show_inline(stored.media_type)
    media_type = stored.media_type
    return {
        "Content-Type": f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        "Content-Disposition": content_disposition(stored.name, inline=shown),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _SERVED_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": f"private, max-age={max_age}, immutable" if max_age else "private, no-cache",
        "ETag": f'"{stored.sha256}"',
    }


def content_disposition(name: str, *, inline: bool) -> str:
    """The header of RFC 6266: a plain name for old readers, the exact one in UTF-8 (RFC 8187)."""
    kept = safe_name(name)
    plain = unicodedata.normalize("NFKD", kept).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip() or "file"
    if plain.startswith("."):
        plain = f"file{plain}"
    disposition = f'{"inline" if inline else "attachment"}; filename="{plain}"'
    return disposition if plain == kept else f"{disposition}; filename*=UTF-8''{quote(kept, safe='')}"


def safe_name(name: str) -> str:
    """A name fit to show and to save under: one line, no path, no hidden direction, at most 255 bytes.

    The extension survives shortening. Never empty: what is left of nothing is "file".
    """
    # The last part, by either kind of slash; the name of a folder says nothing.
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cc: CR, LF, NUL; Cf: right-to-left marks and joiners that make .exe read as .pdf; Cs: broken pairs.
    visible = "".join(
        " " if unicodedata.category(character) in ("Zl", "Zp", "Zs") else character
        for character in last
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    visible = re.sub(r'[<>:"|?*]', "_", visible)
    visible = re.sub(r" +", " ", visible).strip(" ").rstrip(". ").lstrip(". ")
    return _shorten(visible) or "file"


def _shorten(name: str) -> str:
    """The name in at most 255 bytes of UTF-8, its extension kept."""
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, ending = name, ""
    else:
        ending = dot + extension
    room = MAX_NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + ending


def copy_checked(stream: Source, target: BinaryIO, max_bytes: int) -> tuple[str, int, bytes]:
    """Copy all of it; return hash, size and first bytes. Raises Refused at the first byte too many."""
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            limit = max(1, max_bytes // (1024 * 1024))
            raise Refused(_("This file is too large: at most %(limit)s MB.") % {"limit": limit})
        if len(head) < media_types.HEAD_BYTES:
            head = (head + chunk)[: media_types.HEAD_BYTES]
        digest.update(chunk)
        target.write(chunk)
    if size == 0:
        raise Refused(_("This file is empty."))
    return digest.hexdigest(), size, head


def _fsync_folder(path: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
