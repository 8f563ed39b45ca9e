"""Running a foreign program over a hostile file: no network, one folder of its own, so much time and memory.

Not here: our own decoders, which may open no file at all (sandbox), and which program is run.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection
from pathlib import Path

from parvis.kernel.sandbox import PROJECT, DecoderFailed
from parvis.kernel.sandbox_program_child import NO_WALLS

CHILD = Path(__file__).with_name("sandbox_program_child.py")
# What programs of a Linux need to start: their libraries, fonts, the names of both.
LIBRARIES = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/share",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/dev/urandom",
)
HERE = "/tmp"  # noqa: S108 — what a program sees under this name is the folder of this one run

# One at a time in one process: such programs take hundreds of megabytes.
_place = threading.BoundedSemaphore(1)


def run_program(
    program: Path,
    arguments: list[str],
    *,
    files: dict[str, bytes],
    result: str,
    reads: Collection[str],
    cpu_seconds: int,
    memory_bytes: int,
    seconds: float,
    output_bytes: int,
    again_on: int = -1,
) -> bytes:
    """What the program leaves in the file `result` of a folder that holds `files` and is then removed.

    A program that ends with the status `again_on` is begun once more in the same folder, as it asks by it.
    To the program that folder is HERE; `reads` are further paths that it may read. `memory_bytes`
    bounds what it may write to in memory, `output_bytes` each file it writes. Raises DecoderFailed, with the reason
    "walls" on a machine that can't close it in.
    """
    with _place, tempfile.TemporaryDirectory(prefix="parvis-") as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        asked = {
            "program": str(program),
            "arguments": arguments,
            "environment": {"HOME": HERE, "TMPDIR": HERE, "LANG": "C.UTF-8", "PATH": "/nowhere"},
            "folder": folder,
            "reads": [*LIBRARIES, *reads],
            "cpu_seconds": cpu_seconds,
            "memory_bytes": memory_bytes,
            "output_bytes": output_bytes,
        }
        if _run(json.dumps(asked), seconds) == again_on:
            _run(json.dumps(asked), seconds)
        return _read_result(Path(folder) / result, output_bytes)


def _run(asked: str, seconds: float) -> int:
    """The child to its end, or to the end of its time; whatever it started goes with it."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", str(CHILD), str(PROJECT), asked],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        status = child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise DecoderFailed("time") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if status == NO_WALLS:
        raise DecoderFailed("walls")
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        raise DecoderFailed("cpu")
    return status


def _read_result(path: Path, output_bytes: int) -> bytes:
    """The file it left: a plain one of its own, never what a link leads to."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise DecoderFailed("crash", "no result") from None
    with open(descriptor, "rb") as stream:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_size > output_bytes or about.st_nlink != 1:
            raise DecoderFailed("crash", "no plain file")
        return stream.read()
