"""Files kept in an object store that speaks S3, by django-storages; an extra, chosen by PARVIS_FILES_S3_BUCKET.

The bucket stays private: every byte comes and goes through us, under the rights of the thing it hangs on. Not here:
the local folder (files), who may read.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import connection
from django.utils.translation import gettext as _

from parvis.kernel import media_types
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, TryAgain
from parvis.kernel.files import SHA256, Source, Stored, copy_checked, safe_name
from parvis.kernel.scanning import check_clean

BUFFER = 256 * 1024
KEPT_IN_MEMORY = 1024 * 1024
_LOCK = 7_243_001  # of the database: arrivals share it, the collector takes it alone


class S3Store:
    """A bucket with one object for each content, under `prefix/ab/cd/abcd…`. Fulfils `files.Store`."""

    def __init__(
        self,
        bucket: str,
        *,
        folder: Path,
        endpoint: str = "",
        region: str = "",
        key: str = "",
        secret: str = "",
        prefix: str = "",
    ) -> None:
        """`folder` is where an arriving file waits, on this machine, until its hash is known."""
        try:
            from botocore.config import Config
            from storages.backends.s3 import S3Storage
        except ImportError:
            raise RuntimeError("PARVIS_FILES_S3_BUCKET needs: pip install -r requirements/s3.txt") from None
        self._folder = folder
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._storage = S3Storage(
            bucket_name=bucket,
            endpoint_url=endpoint or None,
            region_name=region or None,
            access_key=key or None,
            secret_key=secret or None,
            default_acl=None,
            file_overwrite=True,
            # Other servers than Amazon's don't know its newer checksums; ours is the name.
            client_config=Config(
                s3={"addressing_style": "path" if endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 3},
            ),
        )

    def store(
        self,
        stream: Source,
        *,
        name: str,
        declared_type: str | None = None,
        max_bytes: int,
        is_ours: bool = False,
    ) -> Stored:
        """As `LocalStore.store`. Raises TryAgain when the object store doesn't take it."""
        coming = self._folder / "coming"
        coming.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY, dir=str(coming)) as waiting:
            given = cast(BinaryIO, waiting)
            sha256, size, head = copy_checked(stream, given, max_bytes)
            given.seek(0)
            if not is_ours:
                check_clean(given)
                given.seek(0)
            self.put(sha256, given)
        kept_name = safe_name(name)
        return Stored(sha256, size, media_types.sniff(head, kept_name), kept_name)

    def put(self, sha256: str, content: BinaryIO) -> None:
        """Sends a content whose hash is known; again even if it is there: its fresh date keeps the collector away."""
        from django.core.files import File

        _share()
        with _unreachable():
            self._storage.save(self._key(sha256), File(content, name=sha256))

    def open(self, sha256: str) -> BinaryIO:
        """Open a kept file to read, from anywhere in it. Raises NotFound, TryAgain."""
        found = self._storage.bucket.Object(self._key(sha256))
        with _unreachable():
            found.load()
        return cast(BinaryIO, io.BufferedReader(_Remote(found, found.content_length), BUFFER))

    def hashes(self) -> Iterator[str]:
        """Every content that is kept."""
        for found in self._objects():
            yield found.key.rpartition("/")[2]

    def collect_garbage(self, live: Iterable[str], *, min_age_seconds: float = 86_400) -> int:
        """As `LocalStore.collect_garbage`; what is arriving holds the lock, and is older than it looks to nobody."""
        kept = frozenset(live)
        limit = datetime.now(UTC) - timedelta(seconds=min_age_seconds)
        old = [
            o.key
            for o in self._objects()
            if o.key.rpartition("/")[2] not in kept and o.last_modified <= limit
        ]
        count = 0
        for key in old:
            found = self._storage.bucket.Object(key)
            with _alone(), _unreachable():
                found.load()
                if found.last_modified <= limit:
                    found.delete()
                    count += 1
        return count

    def check(self) -> str:
        """Writes, reads and deletes a small object; the sentence of what doesn't work, else nothing."""
        content = b"Parvis looks whether it may keep files here."
        try:
            name = hashlib.sha256(content).hexdigest()
            self.put(name, io.BytesIO(content))
            with self.open(name) as stream:
                if stream.read() != content:
                    return "it gives back other bytes than it was given"
            self._storage.delete(self._key(name))
        except NotFound:
            return "the bucket isn't there"
        except TryAgain as failure:
            return str(failure.__cause__ or failure.__context__ or failure)
        return ""

    def _objects(self) -> Iterator[Any]:
        with _unreachable():
            for found in self._storage.bucket.objects.filter(Prefix=self._prefix):
                if SHA256.fullmatch(found.key.rpartition("/")[2]):
                    yield found

    def _key(self, sha256: str) -> str:
        """The name of a content; no other text ever becomes one."""
        if not SHA256.fullmatch(sha256):
            raise NotFound
        return f"{self._prefix}{sha256[:2]}/{sha256[2:4]}/{sha256}"


class _Remote(io.RawIOBase):
    """An object as a file that can be read from anywhere: a jump asks for the rest anew."""

    def __init__(self, found: Any, size: int) -> None:
        super().__init__()
        self._found, self._size = found, size
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        place = offset + (0, self._at, self._size)[whence]
        if place != self._at:
            self._hang_up()
            self._at = max(0, place)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        if self._body is None:
            with _unreachable():
                self._body = self._found.get(Range=f"bytes={self._at}-")["Body"]
        with _unreachable():
            data: bytes = self._body.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


class _unreachable:
    """Turns what the object store's client raises into our two words."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, ClientError) and error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            raise NotFound from None
        if isinstance(error, (BotoCoreError, ClientError, Boto3Error)):
            raise TryAgain(
                _("Files can't be reached just now: please try again in a few minutes.")
            ) from error


def _share() -> None:
    """Holds the collector back until this transaction ends, when the row that names the content is written."""
    if connection.in_atomic_block:
        read("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Nothing arrives while the block runs: one look at a date, one deletion."""
    if not connection.in_atomic_block:
        yield
        return
    read("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        read("SELECT pg_advisory_unlock(%s)", [_LOCK])
