"""Work of the worker for the live process: events older than a day go. Not here: writing and telling them."""

from __future__ import annotations

from datetime import timedelta

from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.live.models import Event

KEPT = timedelta(days=1)


@job("live.purge", cron="17 * * * *")
def purge() -> None:
    """Removes events that no page can resume from any more."""
    Event._default_manager.filter(at__lt=clock.now() - KEPT).delete()
