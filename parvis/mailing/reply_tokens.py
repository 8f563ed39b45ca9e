"""The address under which one person answers one thing by mail: who, what and until when, signed. Nothing is kept of it.

30 bytes in base 32 (48 letters, the same in capitals): person, contribution, day, the end of the answered reply's key, and
a mark made with the network's key and the person's address, so that another address makes all of them void.
Not here: where letters come in (toolkit.mailroom) and what becomes of an answer (mailing.receiving).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.crypto import salted_hmac

from parvis.contributions.models import Reply
from parvis.kernel import clock
from parvis.toolkit import mailroom

if TYPE_CHECKING:
    from parvis.people.models import Person

SALT = "parvis.mailing.reply"
LENGTH = 48  # of a token, in letters
DAYS = 30
_MARK = 9  # bytes; what is left of 30
_BEGINNING = date(2020, 1, 1)
_END = (1 << 24) - 1  # the part of a reply's key that the token holds; the mark covers the whole key


class Void(Exception):
    """The token isn't this person's, or not any more; `word` is "bad" or "expired"."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True)
class Answered:
    """What an address stands for."""

    contribution_id: int
    reply_id: int | None


def address_for(person: Person, contribution_id: int, reply_id: int | None = None) -> str:
    """Where this person answers this thing, or one of its replies, for 30 days; empty while mail isn't received."""
    if not mailroom.takes_answers() or not person.email:
        return ""
    day = (clock.now().date() - _BEGINNING).days
    said = _packed(person.id, contribution_id, day, (reply_id or 0) & _END)
    token = said + _mark(said, reply_id, person)
    return mailroom.answer_address(base64.b32encode(token).decode().lower())


def read_token(token: str, person: Person) -> Answered:
    """What the token lets this person answer. Raises Void. One statement, for an answer to a reply."""
    raw = _raw(token)
    if len(raw) != 21 + _MARK or int.from_bytes(raw[:8]) != person.id:
        raise Void("bad")
    said, mark = raw[:21], raw[21:]
    contribution_id, day, end = (
        int.from_bytes(raw[start:stop]) for start, stop in ((8, 16), (16, 18), (18, 21))
    )
    reply_id = _signed(said, mark, person, contribution_id, end)
    today = (clock.now().date() - _BEGINNING).days
    if not 0 <= today - day <= DAYS:
        raise Void("expired")
    return Answered(contribution_id, reply_id)


def person_of(token: str) -> int:
    """Whose token it says it is (an id), unproved; 0 for none."""
    key = int.from_bytes(_raw(token)[:8])
    return key if key < 1 << 63 else 0


def _raw(token: str) -> bytes:
    try:
        return base64.b32decode(token.upper())
    except (binascii.Error, ValueError):
        return b""


def _signed(said: bytes, mark: bytes, person: Person, contribution_id: int, end: int) -> int | None:
    """The reply for which the mark is right, None for the thing itself. Raises Void."""
    if hmac.compare_digest(mark, _mark(said, None, person)):
        return None
    if contribution_id < 1 << 63:
        rows = Reply.objects.filter(contribution_id=contribution_id).alias(end=F("id").bitand(_END))
        for key in rows.filter(end=end).values_list("id", flat=True)[:20]:
            if hmac.compare_digest(mark, _mark(said, key, person)):
                return int(key)
    raise Void("bad")


def _packed(person_id: int, contribution_id: int, day: int, end: int) -> bytes:
    return person_id.to_bytes(8) + contribution_id.to_bytes(8) + day.to_bytes(2) + end.to_bytes(3)


def _mark(said: bytes, reply_id: int | None, person: Person) -> bytes:
    value = f"{said.hex()}.{reply_id or 0}.{(person.email or '').lower()}"
    return salted_hmac(SALT, value, algorithm="sha256").digest()[:_MARK]
