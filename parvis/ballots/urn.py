"""The urn of a secret vote: ballots without names, shuffled and sealed together under a key outside the database.

Why sealed: the database's journal holds the urn before and after each vote, beside who has just voted; unsealed, their
difference would be that person's ballot. Not here: who may vote and what a ballot says (ballots.casting).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from django.conf import settings
from django.utils.encoding import force_bytes

NONCE = 32
MARK = 32


class Unreadable(Exception):
    """The urn was sealed under another key, or was altered."""


def seal(box_id: int, ballots: Sequence[bytes]) -> bytes:
    """The ballots (all of one length) in an order drawn anew, readable only with the site's secret key."""
    shuffled = list(ballots)
    secrets.SystemRandom().shuffle(shuffled)
    plain = b"".join(shuffled)
    nonce = secrets.token_bytes(NONCE)
    hiding, marking = _keys(settings.SECRET_KEY, box_id)
    hidden = _mixed(plain, hiding, nonce)
    return nonce + _mark(marking, nonce, hidden) + hidden


def unseal(box_id: int, sealed: bytes, width: int) -> list[bytes]:
    """The ballots of an urn, `width` bytes each. Raises Unreadable."""
    if not sealed:
        return []
    nonce, mark, hidden = sealed[:NONCE], sealed[NONCE : NONCE + MARK], sealed[NONCE + MARK :]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        hiding, marking = _keys(secret, box_id)
        if hmac.compare_digest(mark, _mark(marking, nonce, hidden)):
            plain = _mixed(hidden, hiding, nonce)
            return [plain[at : at + width] for at in range(0, len(plain), width)]
    raise Unreadable


def _keys(secret: str | bytes, box_id: int) -> tuple[bytes, bytes]:
    """Two keys for one urn: one that hides, one that marks."""
    both = hmac.digest(force_bytes(secret), f"parvis.ballots.urn:{box_id}".encode(), "sha512")
    return both[:32], both[32:]


def _mixed(text: bytes, key: bytes, nonce: bytes) -> bytes:
    """The text under a stream that only this key and this nonce give (SHAKE-256 of both); twice gives it back."""
    stream = hashlib.shake_256(key + nonce).digest(len(text))
    return (int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(text), "big")


def _mark(key: bytes, nonce: bytes, hidden: bytes) -> bytes:
    return hmac.digest(key, nonce + hidden, "sha256")
