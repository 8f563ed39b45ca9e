"""Running one decoder over hostile bytes in a disposable process; what is decoded lives in `sandboxed/`.

The child (`sandbox_child.py`) starts from nothing (no environment, no inherited descriptor), imports its
decoder, reads the payload, then closes itself in before the decoder sees one byte. `standing_walls()` says
which walls this machine really gave.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection
from pathlib import Path
from typing import IO

from parvis.kernel.sandbox_child import ALL_WALLS

CHILD = Path(__file__).with_name("sandbox_child.py")
PROJECT = Path(__file__).resolve().parents[2]

# Two decoders at a time in one process: more would let a handful of uploads take the machine's memory.
_places = threading.BoundedSemaphore(2)


class DecoderFailed(Exception):
    """The decoder gave no result.

    `reason` is "declined" (it said no itself, `detail` is its word), "cpu", "memory", "time" (a limit
    stopped it) or "crash". None of it is meant for a person: callers raise `Refused` with a sentence.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def run_limited(
    function_path: str,
    payload: bytes,
    *,
    cpu_seconds: int,
    memory_bytes: int,
    seconds: float,
    output_bytes: int = 32 * 1024 * 1024,
    walls: Collection[str] = ALL_WALLS,
) -> bytes:
    """Return `function(payload)` computed in a process that can neither read files nor reach a network.

    `function_path` is "package.module:function", a function from bytes to bytes. `memory_bytes` bounds
    its address space, `seconds` the wall clock, start-up included. `walls` is narrowed by tests only, to
    prove each wall alone. Raises DecoderFailed.
    """
    with _places, _scratch("payload") as source, _scratch("answer") as target:
        source.write(payload)
        source.flush()
        source.seek(0)
        limits = {
            "cpu_seconds": cpu_seconds,
            "memory_bytes": memory_bytes,
            "output_bytes": output_bytes,
            "walls": sorted(walls),
        }
        child = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                "-B",
                str(CHILD),
                function_path,
                json.dumps(limits),
                *_import_paths(),
            ],
            stdin=source,
            stdout=target,
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
            if child.poll() is None:
                child.kill()
                child.wait()
        target.seek(0)
        return _read_answer(target.read(), status)


@functools.cache
def standing_walls() -> frozenset[str]:
    """The walls this machine really puts around a decoder, for `bin/parvis check` to print."""
    answer = run_limited(
        "parvis.kernel.sandbox_child:name_standing_walls",
        b"",
        cpu_seconds=5,
        memory_bytes=512 * 1024 * 1024,
        seconds=20,
    )
    return frozenset(answer.decode().split())


def missing_walls() -> frozenset[str]:
    """The walls this machine refuses; empty on a stock Linux."""
    return frozenset(ALL_WALLS) - standing_walls()


def _read_answer(answer: bytes, status: int) -> bytes:
    """The result behind the one-byte verdict of the child, or the reason why there is none."""
    verdict, rest = answer[:1], answer[1:]
    if status == 0 and verdict == b"+":
        return rest
    if verdict == b"-":
        reason, _, detail = rest[:400].decode(errors="replace").partition(":")
        raise DecoderFailed(reason, detail)
    # SIGXCPU comes at the soft limit, SIGKILL at the hard one for a child that ignored it.
    raise DecoderFailed("cpu" if status in (-24, -9) else "crash", f"status {status}")


def _scratch(name: str) -> IO[bytes]:
    """A file without a name: no pipe to fill or drain, and the size limit of files applies to the answer."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create(name), "w+b")
    return tempfile.TemporaryFile()


def _import_paths() -> list[str]:
    """Where the child finds this project and its libraries; the child starts with the standard library only."""
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    return [str(PROJECT), *libraries]
