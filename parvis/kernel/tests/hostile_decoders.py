"""Decoders that attack their machine, run inside the sandbox by its tests; each answers how far it came."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable


def echo(payload: bytes) -> bytes:
    """Behave."""
    return payload[::-1]


def connect(payload: bytes) -> bytes:
    """Open a TCP connection to the "host port" of the payload."""
    host, port = payload.decode().split()

    def call() -> None:
        with socket.socket() as caller:
            caller.connect((host, int(port)))

    return _try(call)


def read_file(payload: bytes) -> bytes:
    """Read the file the payload names."""
    return _try(lambda: os.close(os.open(payload, os.O_RDONLY)))


def write_file(payload: bytes) -> bytes:
    """Create the file the payload names."""
    return _try(lambda: os.close(os.open(payload, os.O_WRONLY | os.O_CREAT, 0o600)))


def start_program(payload: bytes) -> bytes:
    """Start a shell."""
    return _try(lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True))


def fork(payload: bytes) -> bytes:
    """Make a child process."""

    def once() -> None:
        if os.fork() == 0:
            os._exit(0)
        os.wait()

    return _try(once)


def signal_parent(payload: bytes) -> bytes:
    """Signal the process that started us."""
    return _try(lambda: os.kill(int(payload), 0))


def take_memory(payload: bytes) -> bytes:
    """Take a gigabyte, and touch it."""
    return str(len(bytearray(1 << 30))).encode()


def spin(payload: bytes) -> bytes:
    """Use the processor for ever."""
    while True:
        pass


def sleep(payload: bytes) -> bytes:
    """Use no processor for ever: wait for a byte on a pipe that nobody writes."""
    import threading

    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
    return b""


def answer_too_much(payload: bytes) -> bytes:
    """Answer more than was allowed."""
    return bytes(int(payload))


def see_surroundings(payload: bytes) -> bytes:
    """Tell the environment and the descriptors in reach."""
    reachable = []
    for descriptor in range(3, 256):
        try:
            os.fstat(descriptor)
        except OSError as refusal:
            if refusal.errno == 1:
                return b"fstat refused"
            continue
        reachable.append(descriptor)
    return repr((dict(os.environ), reachable)).encode()


def name_modules(payload: bytes) -> bytes:
    """Tell what was imported."""
    import sys

    return " ".join(sorted(sys.modules)).encode()


def crash(payload: bytes) -> bytes:
    """Break the interpreter."""
    import ctypes

    return ctypes.string_at(0)


def raise_secret(payload: bytes) -> bytes:
    """Fail with the payload in the message."""
    raise ValueError(payload)


def _try(attempt: Callable[[], object]) -> bytes:
    """ "done", or the kind of refusal."""
    try:
        attempt()
    except OSError as refusal:
        return f"refused {refusal.errno}".encode()
    return b"done"
