"""The sandbox holds against decoders that attack it, wall by wall."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parvis.kernel.sandbox import DecoderFailed, missing_walls, run_limited, standing_walls
from parvis.kernel.sandbox_child import ALL_WALLS
from parvis.kernel.tests import hostile_decoders

linux = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")


def need(wall: str) -> None:
    """Skip where the machine refuses this wall (a container may), but never under CI."""
    if wall in missing_walls() and not os.environ.get("CI"):
        pytest.skip(f"this machine refuses the wall {wall!r}")


def run(name: str, payload: bytes = b"", **limits: object) -> bytes:
    settings = {"cpu_seconds": 5, "memory_bytes": 400 << 20, "seconds": 30.0} | limits
    return run_limited(f"parvis.kernel.tests.hostile_decoders:{name}", payload, **settings)  # type: ignore[arg-type]


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A listener that tells whether anybody came."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


def callers(listener: socket.socket) -> int:
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def address_of(listener: socket.socket) -> bytes:
    return "{} {}".format(*listener.getsockname()).encode()


def test_a_good_decoder_answers() -> None:
    assert run("echo", b"\x00abc") == b"cba\x00"


@linux
@pytest.mark.parametrize("wall", ALL_WALLS)
def test_every_wall_stands_on_this_machine(wall: str) -> None:
    need(wall)
    assert wall in standing_walls()


def test_a_decoder_reaches_no_network(trap: socket.socket) -> None:
    # The same code outside comes through: the trap works.
    assert hostile_decoders.connect(address_of(trap)) == b"done"
    assert callers(trap) == 1
    assert run("connect", address_of(trap)).startswith(b"refused")
    assert callers(trap) == 0


@linux
@pytest.mark.parametrize("wall", ["namespaces", "seccomp"])
def test_each_network_wall_holds_alone(trap: socket.socket, wall: str) -> None:
    need(wall)
    assert run("connect", address_of(trap), walls=[wall]).startswith(b"refused")
    assert run("connect", address_of(trap), walls=[]) == b"done"
    assert callers(trap) == 1


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/environ", "/dev/null", __file__])
def test_a_decoder_reads_no_file(path: str) -> None:
    assert hostile_decoders.read_file(path.encode()) == b"done"
    assert run("read_file", path.encode()).startswith(b"refused")


@linux
@pytest.mark.parametrize("wall", ["landlock", "seccomp"])
def test_each_file_wall_holds_alone(wall: str) -> None:
    need(wall)
    assert run("read_file", b"/etc/passwd", walls=[wall]).startswith(b"refused")
    assert run("read_file", b"/etc/passwd", walls=[]) == b"done"


def test_a_decoder_writes_no_file(tmp_path: Path) -> None:
    assert run("write_file", str(tmp_path / "x").encode()).startswith(b"refused")
    need("landlock")
    assert run("write_file", str(tmp_path / "x").encode(), walls=["landlock"]).startswith(b"refused")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["start_program", "fork"])
def test_a_decoder_starts_nothing(name: str) -> None:
    assert run(name, walls=[]) == b"done"
    assert run(name).startswith(b"refused")


@linux
def test_a_decoder_signals_nobody() -> None:
    parent = str(os.getpid()).encode()
    assert run("signal_parent", parent, walls=[]) == b"done"
    assert run("signal_parent", parent).startswith(b"refused")


def test_a_gigabyte_is_refused() -> None:
    assert run("take_memory", memory_bytes=2 << 30, walls=["limits"]) == str(1 << 30).encode()
    with pytest.raises(DecoderFailed) as failure:
        run("take_memory")
    assert failure.value.reason == "memory"


def test_a_spinning_decoder_is_stopped_by_its_processor_time() -> None:
    with pytest.raises(DecoderFailed) as failure:
        run("spin", cpu_seconds=1)
    assert failure.value.reason == "cpu"


def test_an_idle_decoder_is_stopped_by_the_clock() -> None:
    with pytest.raises(DecoderFailed) as failure:
        run("sleep", seconds=0.5)
    assert failure.value.reason == "time"


def test_an_endless_answer_is_cut() -> None:
    assert len(run("answer_too_much", b"1000", output_bytes=2000)) == 1000
    with pytest.raises(DecoderFailed):
        run("answer_too_much", b"5000", output_bytes=2000)


def test_a_decoder_inherits_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_SECRET", "x")
    with (tmp_path / "open").open("wb") as held:
        os.set_inheritable(held.fileno(), True)
        seen = run("see_surroundings", walls=["limits"]).decode()
    environment, descriptors = eval(seen)
    assert "PARVIS_SECRET" not in environment
    assert "PATH" not in environment
    assert descriptors == []


def test_a_child_starts_without_the_framework() -> None:
    modules = run("name_modules").decode().split()
    assert not {name.partition(".")[0] for name in modules} & {"django", "psycopg", "httpx", "jinja2"}


def test_a_crash_is_told_apart_and_quotes_nothing() -> None:
    with pytest.raises(DecoderFailed) as failure:
        run("crash")
    assert failure.value.reason == "crash"
    with pytest.raises(DecoderFailed) as failure:
        run("raise_secret", b"confidential")
    assert failure.value.reason == "crash"
    assert "confidential" not in str(failure.value)
