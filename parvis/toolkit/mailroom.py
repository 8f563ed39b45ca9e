"""Letters from outside: which tool an address belongs to, and what is answered to the server that brings one.

Not here: how a letter gets in (parvis.cli.receive), reading it (the tool's own `letters`), mail that leaves (accounts.mail).
"""

from __future__ import annotations

import logging
import re

from django.conf import settings

from parvis.kernel.db import SYSTEM, acting
from parvis.toolkit import registry

logger = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024
_ADDRESS = re.compile(r"([a-z]{2,20})-([0-9a-f]{16,64})@([a-z0-9.-]{1,253})")
# Word -> what a mail server is told (RFC 3463), and with what a pipe ends (sysexits.h).
ANSWERS = {
    "unknown": ("550 5.1.1 Nobody receives letters at this address", 67),
    "long": ("552 5.3.4 This letter is too big", 65),
    "unreadable": ("554 5.6.0 This letter cannot be read", 65),
    "full": ("452 4.2.2 Too many letters for this address today", 75),
}
TAKEN = "250 2.0.0 Taken"


class Undelivered(Exception):
    """A letter that isn't taken; `word` is one of ANSWERS."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def domain() -> str:
    """The domain whose mail reaches this site; empty: none does, and nothing is offered that needs it."""
    return str(settings.PARVIS_MAIL_DOMAIN).strip().lower().lstrip("@")


def address_of(slug: str, token: str) -> str:
    """The address of a tool's letterbox."""
    return f"{slug}-{token}@{domain()}"


def check(recipient: str) -> tuple[str, str]:
    """The tool and the token of an address of ours; whether the token is somebody's, the tool knows. Raises Undelivered."""
    match = _ADDRESS.fullmatch(recipient.strip().strip("<>").lower())
    tool = registry.tool(match[1]) if match and domain() and match[3] == domain() else None
    if match is None or tool is None or tool.letters is None:
        raise Undelivered("unknown")
    return match[1], match[2]


def deliver(recipient: str, letter: bytes | None) -> None:
    """Hands a letter to the tool of its address, in a transaction of its own; None asks whether it would. Raises Undelivered.

    What was taken once and comes again changes nothing. The address is a secret: no log holds it.
    """
    slug, token = check(recipient)
    tool = registry.tool(slug)
    if tool is None or tool.letters is None:
        raise Undelivered("unknown")
    if letter is not None and len(letter) > MOST_BYTES:
        raise Undelivered("long")
    with acting(SYSTEM):
        tool.letters(token, letter)
    if letter is not None:
        logger.info("letter taken: tool=%s bytes=%d", slug, len(letter))
