"""Answers fetched from a mailbox by IMAP, for sites whose mail is kept elsewhere. Nothing in the mailbox is deleted.

What was dealt with is marked as read; what must wait stays unread. TLS always, with certificates checked.
Not here: what becomes of an answer (mailing.receiving).
"""

from __future__ import annotations

import email
import imaplib
import logging
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.utils import getaddresses
from urllib.parse import parse_qs, unquote, urlparse

from django.conf import settings
from django.db import Error

from parvis.toolkit import mailroom
from parvis.toolkit.mailroom import Undelivered

logger = logging.getLogger(__name__)

MOST = 50  # letters at a time: the rest comes two minutes later
SECONDS = 20
# Where mail servers write for whom a letter is; what people wrote themselves comes last.
_FOR_WHOM = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
_LATER = frozenset({"full"})


class BadMailbox(ValueError):
    """The setting names no mailbox that can be asked safely."""


@dataclass(frozen=True)
class Mailbox:
    """A mailbox; `is_started` begins in the clear and changes to TLS before anything is said."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    is_started: bool


def mailbox() -> Mailbox | None:
    """The mailbox of the setting PARVIS_MAIL_IN_IMAP, None when there is none. Raises BadMailbox."""
    given = str(settings.PARVIS_MAIL_IN_IMAP)
    if not given:
        return None
    parts = urlparse(given)
    starts = parts.scheme == "imap" and parse_qs(parts.query).get("tls", ["0"])[0] == "1"
    if parts.scheme != "imaps" and not starts:
        raise BadMailbox("PARVIS_MAIL_IN_IMAP: imaps://user:secret@host/folder, or imap://…?tls=1 (STARTTLS)")
    if not (parts.hostname and parts.username and parts.password):
        raise BadMailbox("PARVIS_MAIL_IN_IMAP: a host, a user and a password")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if any(ord(letter) < 32 or letter in '"\\' for letter in folder):
        raise BadMailbox("PARVIS_MAIL_IN_IMAP: the folder's name")
    port = parts.port or (143 if starts else 993)
    return Mailbox(parts.hostname, port, unquote(parts.username), unquote(parts.password), folder, starts)


def fetch() -> int:
    """Takes the unread answers of the mailbox; how many were dealt with. Raises OSError, imaplib's error, BadMailbox."""
    box = mailbox() if mailroom.takes_answers() else None
    if box is None:
        return 0
    with _opened(box) as client:
        client.login(box.user, box.password)
        _ok(client.select(f'"{box.folder}"'))
        (found,) = _ok(client.uid("SEARCH", "UNSEEN"))[:1] or [b""]
        keys = (found or b"").decode("ascii", "replace").split()[:MOST]
        return sum(_take(client, key) for key in keys if key.isdigit())


def _opened(box: Mailbox) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if settings.PARVIS_CA_FILE:
        context.load_verify_locations(cafile=settings.PARVIS_CA_FILE)
    if not box.is_started:
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=SECONDS)
    client = imaplib.IMAP4(box.host, box.port, timeout=SECONDS)
    try:
        client.starttls(context)
    except BaseException:
        client.shutdown()
        raise
    return client


def _ok(answer: tuple[str, Sequence[object]]) -> list[bytes]:
    """The data of an answer that isn't a refusal."""
    word, data = answer
    if word != "OK":
        raise imaplib.IMAP4.error("refused")
    return [one for one in data if isinstance(one, bytes)]


def _take(client: imaplib.IMAP4, key: str) -> bool:
    """Deals with one letter. Not dealt with: what must wait."""
    letter = _letter(client, key)
    if letter is not None:
        for address in _addresses(letter):
            try:
                mailroom.deliver(address, letter)
            except Undelivered as refusal:
                logger.info("answer not taken from the mailbox: %s", refusal.word)
                if refusal.word in _LATER:
                    return False
            except Error:
                logger.warning("answers in the mailbox wait: the database doesn't answer")
                return False
    _ok(client.uid("STORE", key, "+FLAGS.SILENT", r"(\Seen)"))
    return True


def _letter(client: imaplib.IMAP4, key: str) -> bytes | None:
    """A letter, as it came; None for what is too big to be one. It stays unread."""
    said = b" ".join(_ok(client.uid("FETCH", key, "(RFC822.SIZE)")))
    size = re.search(rb"RFC822\.SIZE (\d{1,12})", said)
    if size is None or int(size[1]) > mailroom.MOST_BYTES:
        return None
    word, data = client.uid("FETCH", key, "(BODY.PEEK[])")
    if word != "OK":
        raise imaplib.IMAP4.error("refused")
    return next((one[1] for one in data if isinstance(one, tuple)), None)


def _addresses(letter: bytes) -> list[str]:
    """Which of our addresses a letter names, the first way in which it names one. Headers only: nothing is decoded here."""
    head = letter[:65536].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = email.message_from_bytes(head, policy=policy.compat32)
    for name in _FOR_WHOM:
        found = [address for _name, address in getaddresses([str(one) for one in message.get_all(name, [])])]
        ours = [address for address in dict.fromkeys(found) if _is_ours(address)]
        if ours:
            return ours[:3]
    return []


def _is_ours(address: str) -> bool:
    try:
        return mailroom.check(address)[0] == mailroom.ANSWERS_DOOR
    except Undelivered:
        return False
