"""The fetcher cuts what is too long or too slow, and holds to TLS; shown on real sockets of this machine."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parvis.kernel.fetch import Limits
from parvis.kernel.tests.loopback import (
    HOST,
    OUTSIDE,
    Server,
    answer,
    fetcher_for,
    get,
    reason_of,
    redirect,
    serving,
)

SHORT = Limits(total=0.6, connect=0.3, resolve=0.3)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs the whole of 127.0.0.0/8")


@pytest.fixture
def outside() -> Iterator[Server]:
    with serving(OUTSIDE) as server:
        yield server


def endless(line: socket.socket) -> None:
    """Ten gigabytes, as fast as they are taken."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    while True:
        line.sendall(bytes(65536))


def without_length(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(50_000))


def drip_body(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(line)


def drip(line: socket.socket) -> None:
    """A byte now and then, soon enough for every single wait."""
    pause = threading.Event()
    for _ in range(1000):
        line.sendall(b"H")
        pause.wait(0.05)


def drip_head(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    drip(line)


def say_nothing(line: socket.socket) -> None:
    line.recv(1)


def flood_head(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X-Y: " + b"z" * 8000 + b"\r\n")


def stop_half_way(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


def talk_nonsense(line: socket.socket) -> None:
    line.sendall(b"\x00\x01SSH-2.0-x\r\n\r\n")


# Case 45 of the attack catalogue.
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (endless, "too long"),
        (drip_body, "too slow"),
        (drip_head, "too slow"),
        (say_nothing, "too slow"),
        (flood_head, "RemoteProtocolError"),
        (stop_half_way, "RemoteProtocolError"),
        (talk_nonsense, "RemoteProtocolError"),
        (answer(gzip.compress(bytes(100_000_000)), Content_Encoding="gzip"), "too long"),
        (answer(b"no gzip", Content_Encoding="gzip"), "error"),
        (answer(b"x", Content_Encoding="br"), "unknown encoding"),
        (answer(b"x", Content_Encoding="gzip, gzip"), "unknown encoding"),
    ],
)
def test_a_hostile_answer_is_cut(
    outside: Server, script: Callable[[socket.socket], None], reason: str
) -> None:
    outside.scripts["/"] = script
    limits = SHORT if reason == "too slow" else None
    assert reason in reason_of(lambda: get(outside, limits=limits))


def test_a_bomb_is_not_unfolded(outside: Server) -> None:
    outside.scripts["/"] = answer(gzip.compress(bytes(100_000_000)), Content_Encoding="gzip")
    tracemalloc.start()
    try:
        reason_of(lambda: get(outside))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(outside: Server) -> None:
    outside.scripts |= {"/fits": answer(bytes(100_000)), "/over": answer(bytes(100_001))}
    outside.scripts["/zipped"] = answer(gzip.compress(bytes(100_000)), Content_Encoding="gzip")
    assert get(outside, "/fits").body == get(outside, "/zipped").body == bytes(100_000)
    assert reason_of(lambda: get(outside, "/over")) == "too long"


def test_the_beginning_of_a_long_body_is_enough_for_who_says_so(outside: Server) -> None:
    outside.scripts["/"] = endless
    fetched = get(outside, may_cut=True)
    assert fetched.is_cut
    assert fetched.body == bytes(100_000)


def test_an_answer_without_length_is_read_to_its_end(outside: Server) -> None:
    outside.scripts["/"] = without_length
    assert get(outside).body == bytes(50_000)


def test_a_slow_resolver_is_not_waited_for() -> None:
    never = threading.Event()
    fetcher = fetcher_for(resolve=lambda host: [OUTSIDE] if never.wait(20) else [], limits=SHORT)
    assert reason_of(lambda: fetcher.fetch(f"http://{HOST}/", role="feed")) == "resolver too slow"
    never.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for HOST and its key, made for this run."""
    if not shutil.which("openssl"):
        if os.environ.get("CI"):
            pytest.fail("openssl is missing: the TLS tests cannot run")
        pytest.skip("openssl is missing: the TLS tests cannot run")
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=test",
            "-addext",
        ]
        + [
            f"subjectAltName=DNS:{HOST},IP:127.0.0.9",
            "-keyout",
            str(path.with_suffix(".key")),
            "-out",
            str(path),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_suffix(".key").read_text())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(OUTSIDE, context) as server:
        yield server


def test_tls_is_asked_and_checked_for_the_name_not_the_address(secure: Server, certificate: Path) -> None:
    secure.scripts["/"] = answer(b"secret")
    fetcher = fetcher_for(secure.port, tls=ssl.create_default_context(cafile=str(certificate)))
    assert fetcher.fetch(f"https://{HOST}:{secure.port}/", role="feed").body == b"secret"
    assert secure.names == [HOST]
    assert (
        reason_of(lambda: fetcher.fetch(f"https://other.example.com:{secure.port}/", role="feed"))
        == "SSLCertVerificationError"
    )
    assert (
        reason_of(lambda: fetcher_for(secure.port).fetch(f"https://{HOST}:{secure.port}/", role="feed"))
        == "SSLCertVerificationError"
    )
    assert len(secure.requests) == 1


def test_a_redirect_never_leaves_tls(secure: Server, outside: Server, certificate: Path) -> None:
    secure.scripts["/"] = redirect(f"http://{HOST}:{outside.port}/")
    fetcher = fetcher_for(secure.port, outside.port, tls=ssl.create_default_context(cafile=str(certificate)))
    assert (
        reason_of(lambda: fetcher.fetch(f"https://{HOST}:{secure.port}/", role="feed"))
        == "redirect from https to http"
    )
    assert outside.requests == []
    outside.scripts["/"] = redirect(f"https://{HOST}:{secure.port}/end")
    secure.scripts["/end"] = answer(b"up is fine")
    assert fetcher.fetch(f"http://{HOST}:{outside.port}/", role="feed").body == b"up is fine"
