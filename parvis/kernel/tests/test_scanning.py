"""Files before a scanner that speaks clamd's INSTREAM: clean ones are kept, all else fails closed."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from parvis.kernel.errors import Refused, TryAgain
from parvis.kernel.files import local_store
from parvis.kernel.scanning import Infected, ping

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    """What clamd(8) says of INSTREAM: zINSTREAM, chunks with their length before them, one of no length; then a verdict."""

    limit = 1_000_000
    seen: list[int] = []

    def handle(self) -> None:
        line = self.request.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            command += line.read(1)
        if command == b"zVERSION\0":
            self.request.sendall(b"ClamAV 1.0.9/27000/Mon Nov 23\0")
            return
        assert command == b"zINSTREAM\0"
        data = b""
        while length := struct.unpack("!L", line.read(4))[0]:
            data += line.read(length)
            if len(data) > self.limit:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        type(self).seen.append(len(data))
        self.request.sendall(self.verdict(data))

    def verdict(self, data: bytes) -> bytes:
        if b"EICAR" in data:
            return b"stream: Eicar-Test-Signature FOUND\0"
        return {b"cut": b"stream: O", b"broken": b"stream: Can't read file ERROR\0"}.get(
            data, b"stream: OK\0"
        )


@pytest.fixture(params=["tcp", "unix"])
def scanner(request: Any, tmp_path: Path, settings: Settings) -> Iterator[str]:
    settings.PARVIS_FILES_ROOT = tmp_path / "files"
    Clamd.seen = []
    if request.param == "tcp":
        server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        where = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd.ctl"), Clamd)
        where = f"unix:{tmp_path / 'clamd.ctl'}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    settings.PARVIS_CLAMAV = where
    yield where
    server.shutdown()
    server.server_close()


def keep(data: bytes, **more: Any) -> str:
    return local_store().store(io.BytesIO(data), name="a.txt", max_bytes=10_000_000, **more).sha256


def kept() -> list[str]:
    left = [path for path in local_store().root.rglob("*") if path.is_file() and path.name != "lock"]
    assert sorted(path.name for path in left) == sorted(local_store().hashes())
    return list(local_store().hashes())


def test_a_clean_file_is_kept_after_all_of_it_was_seen(scanner: str) -> None:
    assert kept() == []
    assert keep(b"x" * 600_000) in kept()
    assert Clamd.seen == [600_000]
    assert ping(scanner).startswith("ClamAV 1.0.9")


def test_a_finding_is_named_and_nothing_is_kept(scanner: str) -> None:
    with pytest.raises(Infected, match="Eicar-Test-Signature"):
        keep(EICAR)
    assert kept() == []


def test_no_answer_keeps_nothing(scanner: str, settings: Settings) -> None:
    for data in (b"cut", b"broken"):
        with pytest.raises(TryAgain):
            keep(data)
    for where in ("tcp://127.0.0.1:9", "unix:/nowhere/clamd.ctl", "nonsense", "tcp://"):
        settings.PARVIS_CLAMAV = where
        with pytest.raises(TryAgain):
            keep(b"clean")
    assert kept() == []


def test_more_than_the_scanner_takes_is_refused(scanner: str) -> None:
    with pytest.raises(Refused, match="larger than the virus scanner"):
        keep(b"x" * 9_000_000)
    assert kept() == []


def test_what_we_drew_ourselves_is_not_asked(scanner: str) -> None:
    keep(b"our own page", is_ours=True)
    assert Clamd.seen == []
