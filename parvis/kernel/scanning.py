"""Asking ClamAV about a file before it is kept, where the operator named a scanner. What isn't found clean isn't kept.

The words of clamd are those of clamd(8), command INSTREAM. Not here: where files come from (each is kept by a store).
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused, TryAgain

CHUNK = 128 * 1024
CONNECT_SECONDS, ANSWER_SECONDS = 5, 120
_FOUND = re.compile(r"stream: (.{1,200}) FOUND")


class Infected(Refused):
    """The scanner found something."""


class ScannerAway(Exception):
    """No scanner answers there, or not as one does."""


def check_clean(stream: BinaryIO) -> None:
    """Returns when the scanner calls the content clean, or when none is wanted (PARVIS_CLAMAV is empty).

    Raises Infected naming the finding, and TryAgain when the scanner gives no answer: nothing comes in unseen.
    """
    from django.conf import settings

    where = settings.PARVIS_CLAMAV
    if not where:
        return
    try:
        answer = scan(where, stream)
    except (ScannerAway, OSError):
        raise TryAgain(
            _(
                "The virus scanner doesn't answer, and nothing is kept unseen: please try again in a few minutes."
            )
        ) from None
    found = _FOUND.fullmatch(answer)
    if found:
        raise Infected(
            _("The virus scanner found %(name)s in this file: it wasn't kept.") % {"name": found[1]}
        )
    if "size limit exceeded" in answer:
        raise Refused(_("This file is larger than the virus scanner accepts: ask your administrator."))
    if answer != "stream: OK":
        raise TryAgain(_("The virus scanner couldn't read this file: please try again in a few minutes."))


def scan(where: str, stream: BinaryIO) -> str:
    """What clamd says of the content, such as "stream: OK". Raises ScannerAway, OSError."""
    with connected(where) as line:
        # It may answer, and hang up, before the whole file has been sent: its answer counts, not the broken pipe.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            line.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
        return _answer(line)


def ping(where: str) -> str:
    """The version of the clamd that answers there. Raises ScannerAway, OSError."""
    with connected(where) as line:
        line.sendall(b"zVERSION\0")
        return _answer(line)


def connected(where: str) -> socket.socket:
    """A line to "tcp://host:3310" or "unix:/run/clamav/clamd.ctl". Raises ScannerAway, OSError."""
    parts = urlsplit(where)
    if parts.scheme == "unix" and parts.path:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(parts.path)
        except OSError:
            line.close()
            raise
    elif parts.scheme == "tcp" and parts.hostname:
        line = socket.create_connection((parts.hostname, parts.port or 3310), timeout=CONNECT_SECONDS)
    else:
        raise ScannerAway(where)
    line.settimeout(ANSWER_SECONDS)
    return line


def _answer(line: socket.socket) -> str:
    """One answer, up to its final zero; a line cut before it is no answer."""
    said = b""
    while not said.endswith(b"\0"):
        part = line.recv(4096)
        if not part or len(said) > 4096:
            raise ScannerAway("no answer")
        said += part
    return said[:-1].decode(errors="replace").strip()
