"""The inside of the sandbox: closes this process in, then runs one decoder. Started by `sandbox.py` only.

Standard library alone, imported by nothing but its parent, so that a child starts in some 30 ms. The order
matters: import the decoder, read the payload, put up the walls, decode, answer, end without clean-up.

Walls:
- `limits`     CPU, address space, size of the answer, no core, no new descriptor, no new process;
- `namespaces` a user and a network namespace of its own, the latter without even a loopback interface;
- `landlock`   no path may be opened, in no way (Linux ≥ 5.13);
- `seccomp`    a list of some thirty allowed system calls: no open, no socket, no process, no signal.
Sources: man pages setrlimit(2), unshare(2), landlock(7), seccomp(2); asm-generic/unistd.h for the numbers.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import json
import os
import platform
import resource
import struct
import sys
from typing import Any

ALL_WALLS = ("limits", "namespaces", "landlock", "seccomp")

# read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 readv
# writev sched_yield mremap madvise getpid exit gettimeofday getrusage times futex clock_gettime exit_group
# getrandom
_CALLS_X86_64 = (
    0,
    1,
    3,
    5,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    17,
    19,
    20,
    24,
    25,
    28,
    39,
    60,
    96,
    98,
    100,
    202,
    228,
    231,
    318,
)
_CALLS_AARCH64 = (
    63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 67, 65, 66, 124, 216, 233, 172, 93, 169, 165, 153, 98,
    113, 94, 278,
)  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, _CALLS_X86_64), "aarch64": (0xC00000B7, _CALLS_AARCH64)}

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
_READ = 1 | 4 | 8  # execute, read a file, list a folder
_OF_FILES = 1 | 2 | 4 | 1 << 14  # execute, write, read, truncate

_standing: list[str] = []


class Declined(Exception):
    """Raised by a decoder for a payload it will not decode; its word travels to the parent."""


def name_standing_walls(payload: bytes) -> bytes:
    """A decoder that only tells which walls stand around it."""
    # Run as a script, this file is `__main__`; imported by its own child, it is a second module.
    return " ".join(getattr(sys.modules["__main__"], "_standing", [])).encode()


def main() -> None:
    """Run `argv[1]` over standard input inside the walls of `argv[2]`; answer on standard output."""
    function_path, limits = sys.argv[1], json.loads(sys.argv[2])
    sys.path.extend(sys.argv[3:])
    module_name, _, function_name = function_path.partition(":")
    function = getattr(importlib.import_module(module_name), function_name)
    payload = _read_all(0)
    put_up_walls(limits)
    try:
        answer = b"+" + function(payload)
    except MemoryError:
        answer = b"-memory:"
    except Exception as refusal:
        declined = type(refusal).__name__ == "Declined"
        answer = f"-{'declined' if declined else 'crash'}:{_describe(refusal, declined)}".encode()
    _write_all(1, answer)
    # No clean-up: the interpreter's own goes through calls that the walls refuse.
    os._exit(0)


def put_up_walls(limits: dict[str, Any]) -> None:
    """Close this process in, for good; each wall that the machine refuses is left out of `_standing`."""
    asked = limits["walls"]
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
        if "namespaces" in asked and leave_namespaces(libc):
            _standing.append("namespaces")
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if "landlock" in asked and forbid_paths(libc):
            _standing.append("landlock")
    if "limits" in asked:
        _set_limits(limits)
        _standing.append("limits")
    if sys.platform == "linux" and "seccomp" in asked and _forbid_calls(libc):
        _standing.append("seccomp")


def _set_limits(limits: dict[str, Any]) -> None:
    """Bound what the kernel counts for one process."""
    bounds = {
        resource.RLIMIT_CPU: (limits["cpu_seconds"], limits["cpu_seconds"] + 1),
        resource.RLIMIT_FSIZE: (limits["output_bytes"],) * 2,
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NPROC: (0, 0),
        resource.RLIMIT_NOFILE: (3, 3),
        resource.RLIMIT_AS: (limits["memory_bytes"],) * 2,
    }
    for what, bound in bounds.items():
        resource.setrlimit(what, bound)


def leave_namespaces(libc: ctypes.CDLL, more: int = 0) -> bool:
    """Enter an empty network, and what `more` names; as root where user namespaces are refused, keep the same user."""
    network = _CLONE_NEWNET | _CLONE_NEWIPC | more
    return bool(libc.unshare(_CLONE_NEWUSER | network) == 0 or libc.unshare(network) == 0)


def forbid_paths(libc: ctypes.CDLL, allowed: dict[str, bool] | None = None) -> bool:
    """Landlock with every file access handled; `allowed` are paths that may be read, and (true) written beneath."""
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    accesses = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)  # how many file rights this kernel knows
    every = (1 << accesses) - 1
    attributes = struct.pack("Q", every)
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    for path, is_written in (allowed or {}).items():
        rights = every if is_written else _READ
        # A file takes no rights of folders.
        _allow(libc, ruleset, path, rights if os.path.isdir(path) else rights & _OF_FILES)
    return bool(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    """One rule; a path that isn't there needs none."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rule = struct.pack("=Qi", rights, place)
    libc.syscall(_LANDLOCK_ADD, ruleset, 1, rule, 0)
    os.close(place)


def _forbid_calls(libc: ctypes.CDLL) -> bool:
    """Install the system call filter: the allowed ones pass, every other fails with EPERM."""
    if platform.machine() not in _MACHINES:
        return False
    architecture, allowed = _MACHINES[platform.machine()]
    load, equals, give = 0x20, 0x15, 0x06
    refuse, allow, kill = 0x00050000 | errno.EPERM, 0x7FFF0000, 0x80000000
    steps = [(load, 0, 0, 4), (equals, 1, 0, architecture), (give, 0, 0, kill), (load, 0, 0, 0)]
    for place, number in enumerate(allowed):
        steps.append((equals, len(allowed) - place, 0, number))
    steps += [(give, 0, 0, refuse), (give, 0, 0, allow)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HP", len(steps), ctypes.addressof(buffer))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, program, 0, 0) == 0)


def _describe(refusal: Exception, declined: bool) -> str:
    """The word of a decoder that declined; for a crash only the kind, its text could quote the payload."""
    return str(refusal)[:200] if declined else type(refusal).__name__


def _read_all(descriptor: int) -> bytes:
    """Everything on a descriptor."""
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write_all(descriptor: int, data: bytes) -> None:
    """Write everything, by the plain call that the filter allows."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main()
