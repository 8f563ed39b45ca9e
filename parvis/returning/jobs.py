"""Work that time wakes: reminders of the morning, forgetting old stays. Not here: what they do (reminders, stays)."""

from __future__ import annotations

from parvis.journal.jobs import job
from parvis.returning import catching_up, reminders, stays


@job("returning.remind", cron="7 * * * *")
def remind() -> None:
    """Every hour: it is morning somewhere."""
    reminders.tell_due()


@job("returning.forget", cron="37 3 * * *")
def forget() -> None:
    """Every night: stays older than ninety days, what can't be taken back any more."""
    stays.forget_old()
    catching_up.forget_old()
