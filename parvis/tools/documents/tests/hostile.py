"""Decoders of documents that attack their machine, run inside the sandbox by its tests. Not here: the tests."""

from __future__ import annotations

import json
import os
import socket


def call_home(payload: bytes) -> bytes:
    """Open a socket, and tell of it."""
    socket.socket().connect(("127.0.0.1", int(payload)))
    return _told("connected")


def read_passwords(payload: bytes) -> bytes:
    """Read /etc/passwd as the text of the document."""
    return _told(os.read(os.open("/etc/passwd", os.O_RDONLY), 1000).decode())


def take_a_gigabyte(payload: bytes) -> bytes:
    """Take a gigabyte, and touch it."""
    return _told(str(len(bytearray(1 << 30))))


def answer_nonsense(payload: bytes) -> bytes:
    """Answer what isn't an answer."""
    return b"[1, 2\n\xff"


def _told(text: str) -> bytes:
    return json.dumps({"pages": [], "count": 0, "text": text}).encode() + b"\n"
