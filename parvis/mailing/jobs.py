"""Mail that activities and the clock ask for. Not here: how letters are made (mailing.sending)."""

from __future__ import annotations

import imaplib
import logging

from parvis.journal.jobs import enqueue_each, job
from parvis.kernel import clock
from parvis.mailing import due, mailbox, receiving, sending

logger = logging.getLogger(__name__)


@job("mailing.at_once")
def at_once(activity_id: int) -> None:
    """One job for each person to be mailed now about an activity: a mail that can't be written stops no other."""
    people = due.mails_held(clock.now(), activity_id=activity_id)
    enqueue_each("mailing.tell", [{"person_id": key} for key in people])


@job("mailing.tell")
def tell(person_id: int) -> None:
    sending.send_notices(person_id)


@job("mailing.hourly", cron="4 * * * *")
def hourly() -> None:
    """Whose digest is due, and whose mails waited for the morning."""
    now = clock.now()
    found = due.digests_due(now)
    enqueue_each("mailing.digest", [{"person_id": one.person_id} for one in found])
    enqueue_each("mailing.tell", [{"person_id": key} for key in due.mails_held(now)])


@job("mailing.digest")
def digest(person_id: int) -> None:
    sending.send_digest(person_id)


@job("mailing.clean", cron="43 3 * * *")
def clean() -> None:
    """What was dealt with long ago needs no memory: digests look back two weeks."""
    sending.forget_old()
    receiving.forget_old()


@job("mailing.fetch", cron="*/2 * * * *", is_long=True, retry=0)
def fetch() -> None:
    """Answers waiting in a mailbox. Each is written in a transaction of its own; what fails waits for the next time."""
    try:
        mailbox.fetch()
    except (OSError, imaplib.IMAP4.error) as problem:
        # (no failed job each two minutes while a server is away)
        logger.warning("the mailbox of answers can't be read: %s", type(problem).__name__)
