"""Work that activities hand over. Not here: whom it concerns (attention.recipients) and mail."""

from __future__ import annotations

from parvis.attention import actions, mails
from parvis.journal.jobs import enqueue, job


@job("attention.deliver")
def deliver(activity_id: int) -> None:
    """Writes the notices of one activity, then has them mailed to who asked for it."""
    actions.deliver(activity_id)
    if mails.wants_mail(activity_id):
        enqueue("attention.mail", activity_id=activity_id)


@job("attention.mail")
def send_mails(activity_id: int) -> None:
    """A job of its own: a mail that can't be written doesn't undo the bell."""
    mails.send_mails(activity_id)
