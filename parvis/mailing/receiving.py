"""An answer by mail becomes a reply of its writer, or goes back to them with a word on what to do.

The letter must come from the address we know of the person it was addressed for; rights are asked when it comes.
Not here: the ways in (toolkit.mailroom, mailing.mailbox), reading the letter (mailing.decoding), the words that go back
(mailing.returned).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.accounts import mail
from parvis.attention.actions import clear
from parvis.config import config
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, declare_actor
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.sandbox import DecoderFailed, run_limited
from parvis.mailing import returned
from parvis.mailing.models import AnswerTaken, Outcome, Rhythm
from parvis.mailing.reply_tokens import DAYS, Answered, Void, person_of, read_token
from parvis.mailing.rhythms import rhythm_of
from parvis.mailing.sending import speaking_to
from parvis.people.models import Person, PersonState
from parvis.toolkit import mailroom
from parvis.toolkit.mailroom import Undelivered

if TYPE_CHECKING:
    from collections.abc import Iterable

AN_HOUR = 30  # replies by mail of one person
A_DAY = 10  # letters that go back to one person
REMEMBERED = timedelta(days=DAYS + 15)  # longer than any address holds


@dataclass(frozen=True)
class Arrived:
    """A letter as the sandbox read it; `text` is Markdown, `typed` what to give back."""

    sender: str
    id: str
    text: str
    typed: str
    files: int


def take(token: str, letter: bytes | None) -> str | None:
    """Publishes an answer, or sends it back to its writer. A word of mailroom.ANSWERS for who isn't theirs; machines are
    ignored. Raises Undelivered when it can't be read, or too many came.

    Without a letter any token will do: whether it holds is told only to whom it concerns.
    """
    if not mailroom.takes_answers():
        raise Undelivered("unknown")
    if letter is None:
        return None
    arrived = _read(letter)
    if arrived is None:
        return None
    person = _writer(arrived.sender)
    if person is None:
        _tell_whose(token, letter, arrived)
        return "stranger"
    row = _first_time(person, arrived.id or letter, Outcome.RETURNED)
    if row is None:
        return None
    _require_room(person)
    with speaking_to(person):
        if _answer(person, token, arrived):
            AnswerTaken.objects.filter(id=row.id).update(outcome=Outcome.PUBLISHED)
    return None


def _writer(address: str) -> Person | None:
    if not address:
        return None
    rows = Person.objects.alias(low=Lower("email")).filter(state=PersonState.ACTIVE, low=address)
    return next(iter(rows), None)


def _answer(person: Person, token: str, arrived: Arrived) -> bool:
    """Whether it is published; if not, it has gone back."""
    try:
        row = _publish(person, read_token(token, person), arrived.text)
    except Void as void:
        reason = returned.expired() if void.word == "expired" else returned.void()
    except NotFound:
        reason = returned.gone()
    except (NotAllowed, Refused) as refusal:
        reason = refusal.sentence or returned.gone()
    else:
        if arrived.files:
            returned.tell_of_files(person, row, arrived.files, arrived.id)
        return True
    returned.give_back(person, reason, arrived.typed, arrived.id)
    return False


def _publish(person: Person, where: Answered, text: str) -> Reply:
    """The ordinary action, by that person. Raises NotFound, NotAllowed, Refused, of which nothing is left."""
    with transaction.atomic():
        declare_actor(person)
        contribution = find_contribution(where.contribution_id, person)
        if rhythm_of(person, contribution.space_id) == Rhythm.NEVER:
            raise Refused(returned.stopped())
        if not text:
            raise Refused(returned.empty())
        row = reply(contribution, body=text, by=person, parent=_answered(contribution, where.reply_id))
        clear(contribution.id, by=person)
        declare_actor(SYSTEM)
    return row


def _answered(contribution: Contribution, key: int | None) -> Reply | None:
    """The reply that is answered, while it is there; else the answer goes to the topic, and nothing is lost."""
    if key is None:
        return None
    rows: Iterable[Reply] = Reply.objects.filter(
        contribution=contribution, id=key, state=ReplyState.PUBLISHED
    )
    return next(iter(rows), None)


# What came before


def _first_time(person: Person, name: str | bytes, outcome: Outcome) -> AnswerTaken | None:
    """The row that remembers a letter; None when it came before, or comes twice at this moment."""
    mark = hashlib.sha256(name.encode() if isinstance(name, str) else name).hexdigest()
    made = AnswerTaken(person=person, mark=mark, outcome=outcome, created_at=clock.now())
    AnswerTaken.objects.bulk_create([made], ignore_conflicts=True)
    return AnswerTaken.objects.filter(id=made.id).first()


def _require_room(person: Person) -> None:
    """Raises Undelivered when too many letters came: the mail server keeps them and comes again."""
    rows, now = AnswerTaken.objects.filter(person=person), clock.now()
    if rows.filter(created_at__gt=now - timedelta(hours=1)).count() > AN_HOUR:
        raise Undelivered("full")
    if rows.filter(created_at__gt=now - timedelta(days=1), outcome=Outcome.RETURNED).count() > A_DAY:
        raise Undelivered("full")


def _tell_whose(token: str, letter: bytes, arrived: Arrived) -> None:
    """Tells whose address it is, at most once a day, that somebody else wrote there; never the other one."""
    person = _owner(token)
    if person is None:
        return
    since = clock.now() - timedelta(days=1)
    told = AnswerTaken.objects.filter(person=person, outcome=Outcome.STRANGER, created_at__gt=since)
    if not told.exists() and _first_time(person, arrived.id or letter, Outcome.STRANGER):
        with speaking_to(person):
            returned.tell_of_stranger(person)


def _owner(token: str) -> Person | None:
    key = person_of(token)
    person: Person | None = Person.objects.filter(id=key, state=PersonState.ACTIVE).first() if key else None
    if person is None:
        return None
    try:
        read_token(token, person)
    except Void:
        return None
    return person


def forget_old() -> None:
    """Forgets which letters came, once the addresses they came to hold no more. One statement."""
    AnswerTaken.objects.filter(created_at__lt=clock.now() - REMEMBERED).delete()


# Reading


def _read(letter: bytes) -> Arrived | None:
    """The letter; None for what machines write. Raises Undelivered."""
    try:
        answer = run_limited(
            "parvis.mailing.decoding:decode", _ours() + b"\n" + letter, cpu_seconds=4, memory_bytes=512 * 1024 * 1024,
            seconds=15, output_bytes=4 * 1024 * 1024,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(answer)
        if "ignored" in found:
            return None
        return Arrived(**found)
    except (DecoderFailed, ValueError, TypeError) as failure:
        raise Undelivered("unreadable") from failure


def _ours() -> bytes:
    """By what our own letters are known, for the sandbox (see mailing.cutting.Ours)."""
    ends = []
    for language in ("fr", "en"):
        with translation.override(language):
            ends.append(_("Stop these mails"))
    through = mail.relay()
    senders = [mail.sender_address(through)] if through else []
    first, last = mailroom.answer_parts()
    host = urlparse(config.url).hostname or "localhost"
    given = {"url": config.url, "senders": senders, "ends": ends, "first": first, "last": last, "host": host}
    return json.dumps(given).encode()
