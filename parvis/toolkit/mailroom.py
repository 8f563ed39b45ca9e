"""Letters from outside: which tool or room an address belongs to, and what is answered to the server that brings one.

Not here: how a letter gets in (parvis.cli.receive), reading it (the tool's own `letters`), mail that leaves (accounts.mail).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

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
    "stranger": ("550 5.7.1 Only who was written to can answer here, from the address we know", 77),
    "full": ("452 4.2.2 Too many letters for this address today", 75),
}
TAKEN = "250 2.0.0 Taken"
ANSWERS_DOOR = "reply"
Taker = Callable[[str, bytes | None], str | None]
_rooms: dict[str, Taker] = {}


class Undelivered(Exception):
    """A letter that isn't taken; `word` is one of ANSWERS."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def domain() -> str:
    """The domain whose mail reaches this site; empty: none does, and nothing is offered that needs it."""
    return str(settings.PARVIS_MAIL_DOMAIN).strip().lower().lstrip("@")


def answer_parts() -> tuple[str, str]:
    """What addresses of answers begin and end with, around their token; ("", "") while none are taken."""
    given = str(settings.PARVIS_MAIL_IN_ADDRESS).strip().lower()
    name, _at, host = given.rpartition("@")
    if not host:
        return "", ""
    return (f"{name}+" if name else f"{ANSWERS_DOOR}-"), f"@{host}"


def takes_answers() -> bool:
    """Whether answers by mail reach this site."""
    return bool(answer_parts()[1])


def answer_address(token: str) -> str:
    """The address under which an answer with this token comes: at a domain of ours, or behind a plus sign."""
    first, last = answer_parts()
    return f"{first}{token}{last}"


def open_door(slug: str, take: Taker) -> None:
    """Lets a room of the house take letters, as tools do; at start. `take` may name the word of ANSWERS to be told
    although what it wrote is kept."""
    _rooms[slug] = take


def address_of(slug: str, token: str) -> str:
    """The address of a tool's letterbox."""
    return f"{slug}-{token}@{domain()}"


def check(recipient: str) -> tuple[str, str]:
    """The door and the token of an address of ours; whether the token is somebody's, the door knows. Raises Undelivered."""
    address = recipient.strip().strip("<>").lower()
    first, last = answer_parts()
    if last and address.startswith(first) and address.endswith(last):
        token = address[len(first) : -len(last)]
        if re.fullmatch("[a-z2-7]{16,64}", token):
            return ANSWERS_DOOR, token
    match = _ADDRESS.fullmatch(address)
    if match is None or not domain() or match[3] != domain() or _taker(match[1]) is None:
        raise Undelivered("unknown")
    return match[1], match[2]


def _taker(slug: str) -> Taker | None:
    if slug in _rooms:
        return _rooms[slug]
    tool = registry.tool(slug)
    return tool.letters if tool is not None else None


def deliver(recipient: str, letter: bytes | None) -> None:
    """Hands a letter to the tool or room of its address, in a transaction of its own; None asks whether it would.

    Raises Undelivered. What was taken once and comes again changes nothing. The address is a secret: no log holds it.
    """
    slug, token = check(recipient)
    take = _taker(slug)
    if take is None:
        raise Undelivered("unknown")
    if letter is not None and len(letter) > MOST_BYTES:
        raise Undelivered("long")
    with acting(SYSTEM):
        word = take(token, letter)
    if word:
        raise Undelivered(word)
    if letter is not None:
        logger.info("letter taken: door=%s bytes=%d", slug, len(letter))
