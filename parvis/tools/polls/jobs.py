"""Work of polls done by the clock. Not here: what closing means (actions)."""

from __future__ import annotations

from parvis.journal.jobs import job
from parvis.tools.polls.actions import close_due
from parvis.tools.polls.reminding import remind_due


@job("polls.close_due", cron="* * * * *")
def close_polls() -> None:
    """Closes the polls whose date has come, counts the secret ones, tells who took part."""
    close_due()


@job("polls.remind", cron="*/10 * * * *")
def remind() -> None:
    """Reminds of polls that close soon those who follow them and haven't voted, once."""
    remind_due()
