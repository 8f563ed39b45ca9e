"""Work of the calendar done later. Not here: what it does (dates, reminding, mails)."""

from __future__ import annotations

from datetime import date

from parvis.journal.jobs import enqueue, job
from parvis.tools.calendar import dates, mails, reminding


@job("calendar.expand", cron="40 2 * * *")
def expand() -> None:
    """Every night, eighteen months ahead: all that are due, each batch in a transaction of its own."""
    if dates.expand_again(dates.BATCH) == dates.BATCH:
        enqueue("calendar.expand")


@job("calendar.remind", cron="*/5 * * * *")
def remind() -> None:
    """Every five minutes: dates whose reminder is due."""
    reminding.remind_due()


@job("calendar.mail")
def mail(
    contribution_id: int,
    method: str,
    by: int,
    people: list[int] | None = None,
    day: str | None = None,
    also: list[int] | None = None,
) -> None:
    """Invitations by mail, their changes and cancellations."""
    on = date.fromisoformat(day) if day else None
    mails.send_all(contribution_id, method, people, by=by, day=on, also=also or ())
