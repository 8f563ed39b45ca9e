"""The inside of the sandbox for programs that aren't ours: closes this process in, then becomes the program.

Standard library alone. Unlike a decoder, such a program opens files: it may read its own installation and write into
one folder, made for this run. A machine that gives no such walls runs nothing. Started by `sandbox_programs.py` only.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys

NO_WALLS = 77  # our own word for "not run", as exit status
_CLONE_NEWNS = 0x00020000
_TMP = "/tmp"  # noqa: S108 — this process's own, once the folder is mounted there
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000


def main() -> None:
    """Become the program of `argv[2]`, with `argv[1]` telling where this project is."""
    sys.path.append(sys.argv[1])
    from parvis.kernel.sandbox_child import forbid_paths, leave_namespaces

    asked = json.loads(sys.argv[2])
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(1, 9, 0, 0, 0)  # dies with its parent
    # Programs put their sockets and scratch files into /tmp, whatever they are told: its folder is its /tmp.
    if not leave_namespaces(libc, _CLONE_NEWNS) or not _mount_as_tmp(libc, asked["folder"]):
        os._exit(NO_WALLS)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges
    allowed = dict.fromkeys(asked["reads"], False) | {_TMP: True, "/dev/null": True}
    if not forbid_paths(libc, allowed):
        os._exit(NO_WALLS)
    cpu, memory, output = asked["cpu_seconds"], asked["memory_bytes"], asked["output_bytes"]
    for what, bound in (
        (resource.RLIMIT_CPU, (cpu, cpu + 1)),
        (resource.RLIMIT_DATA, (memory, memory)),
        (resource.RLIMIT_FSIZE, (output, output)),
        (resource.RLIMIT_CORE, (0, 0)),
        (resource.RLIMIT_NOFILE, (256, 256)),
    ):
        resource.setrlimit(what, bound)
    os.chdir(_TMP)
    os.execve(asked["program"], [asked["program"], *asked["arguments"]], asked["environment"])


def _mount_as_tmp(libc: ctypes.CDLL, folder: str) -> bool:
    """Shows the folder as /tmp, to this process only."""
    if libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        return False
    return bool(libc.mount(folder.encode(), _TMP.encode(), None, _MS_BIND, None) == 0)


if __name__ == "__main__":
    main()
