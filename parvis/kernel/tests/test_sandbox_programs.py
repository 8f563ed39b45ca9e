"""A foreign program in its sandbox: what it may do, and that whatever else it tries gets nowhere."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from parvis.kernel.sandbox import DecoderFailed
from parvis.kernel.sandbox_programs import run_program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")


def shell(script: str, *, cpu: int = 5, seconds: float = 20, again_on: int = -1) -> bytes:
    return run_program(
        Path("/bin/bash"),
        ["-c", f"PATH=/usr/bin:/bin; {script}"],
        files={"in": b"given", "deep/er": b"x"},
        result="out",
        reads=["/bin", "/usr/bin"],
        cpu_seconds=cpu,
        memory_bytes=64 * 1024 * 1024,
        seconds=seconds,
        output_bytes=1024 * 1024,
        again_on=again_on,
    )


def why(script: str, **more: float) -> str:
    with pytest.raises(DecoderFailed) as caught:
        shell(script, **more)  # type: ignore[arg-type]
    return caught.value.reason


def test_it_reads_and_writes_in_its_own_folder() -> None:
    assert shell("cat /tmp/in > /tmp/out") == b"given"
    assert (
        shell("test -e /tmp/once && echo twice > /tmp/out; touch /tmp/once; exit 81", again_on=81)
        == b"twice\n"
    )
    assert why("true") == "crash"


def test_it_reads_nothing_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ours")
    for path in (secret, "/etc/passwd", "/proc/self/environ", Path(__file__)):
        assert shell(f"cat {path} > /tmp/out; echo end >> /tmp/out") == b"end\n"
    outside = tmp_path / "written"
    shell(f"echo x > {outside}; echo end > /tmp/out")
    assert not outside.exists()


def test_a_link_leads_to_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ours")
    assert why(f"ln -s {secret} /tmp/out") == "crash"
    assert why("mkfifo /tmp/out") == "crash"


def test_it_reaches_no_network() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0)
        port = listening.getsockname()[1]
        assert (
            shell(f"exec 3<>/dev/tcp/127.0.0.1/{port} && echo in > /tmp/out; echo end >> /tmp/out")
            == b"end\n"
        )
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_it_ends_at_its_limits() -> None:
    assert why("while :; do :; done", cpu=1) == "cpu"
    assert why("sleep 60", seconds=1) == "time"
    assert why("x=$(yes | head -c 200000000); echo ${#x} > /tmp/out") == "crash"
    assert len(shell("yes | head -c 9000000 > /tmp/out; true")) <= 1024 * 1024
