"""Work of shared pages done later. Not here: what it does (together.store)."""

from __future__ import annotations

from datetime import timedelta

from parvis.journal.jobs import job
from parvis.kernel import clock

LEFT_BEHIND = timedelta(minutes=10)
QUIET = timedelta(days=90)


@job("pages.write_left_behind", cron="*/5 * * * *")
def write_left_behind() -> None:
    """Texts written together whose process died before it made a version of them."""
    from parvis.tools.pages.together import store  # its engine is loaded by who needs it

    store.write_left_behind(clock.now() - LEFT_BEHIND)


@job("pages.forget_rooms", cron="50 3 * * *")
def forget_rooms() -> None:
    """Shared texts that nobody has written together for three months; the pages themselves stay."""
    from parvis.tools.pages.together import store

    store.forget_quiet_rooms(clock.now() - QUIET)
