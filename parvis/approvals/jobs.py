"""Work of approvals done by the clock. Not here: what it does (reminding)."""

from __future__ import annotations

from parvis.approvals import reminding
from parvis.journal.jobs import job


@job("approvals.remind", cron="10 6 * * *")
def remind() -> None:
    """Reminds, in the morning, of what is nearly due or late."""
    reminding.remind_due()


@job("approvals.find_gone", cron="40 * * * *")
def find_gone() -> None:
    """Tells askers of people who can't answer any more."""
    reminding.find_gone()
