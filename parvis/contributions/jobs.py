"""Work that time wakes: scheduled publishing, the emptying of the bin, counters. Not here: the actions."""

from __future__ import annotations

from datetime import timedelta

from parvis.contributions.actions import publish_due
from parvis.contributions.link_cards import JOB, make_link_card
from parvis.contributions.models import Contribution, State
from parvis.journal.jobs import job
from parvis.journal.models import Receipt
from parvis.kernel import clock
from parvis.kernel.files_tidy import forget_orphans

BIN_DAYS = 30


@job("contributions.publish_due", cron="* * * * *")
def run_publish_due() -> None:
    """Publishes what is scheduled up to now."""
    publish_due()


@job("contributions.empty_bin", cron="17 3 * * *")
def empty_bin() -> None:
    """Deletes what its author removed more than 30 days ago, and receipts of old forms."""
    before = clock.now() - timedelta(days=BIN_DAYS)
    Contribution.objects.filter(state=State.REMOVED, card__removed_at__lt=before.isoformat()).delete()
    Receipt.objects.filter(created_at__lt=clock.now() - timedelta(days=2)).delete()


job(JOB)(make_link_card)


@job("contributions.recount")
def recount(contribution_id: int) -> None:
    """Counts the published replies of one contribution again."""
    contribution = Contribution.objects.select_for_update(of=("self",)).filter(id=contribution_id).first()
    if contribution is not None:
        contribution.reply_count = contribution.replies.filter(state="published").count()
        contribution.save(update_fields=["reply_count"])


@job("contributions.forget_orphans", cron="40 2 * * 0", is_long=True)
def forget_orphan_files() -> None:
    """Every week: contents that no row names any more, wherever files are kept."""
    forget_orphans()
