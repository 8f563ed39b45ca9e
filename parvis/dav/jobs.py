"""Work of this room done later: ended locks and old scratch files go. Not here: how they are kept."""

from __future__ import annotations

from parvis.dav.models import Lock
from parvis.dav.scratch import sweep_all
from parvis.journal.jobs import job
from parvis.kernel import clock


@job("dav.clean", cron="43 * * * *")
def clean() -> None:
    Lock.objects.filter(expires_at__lt=clock.now()).delete()
    sweep_all()
