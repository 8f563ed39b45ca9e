"""Work that activities hand over. Not here: whom it concerns (attention.recipients) and mail."""

from __future__ import annotations

from parvis.attention import actions
from parvis.journal.jobs import enqueue, job


@job("attention.deliver")
def deliver(activity_id: int) -> None:
    """Writes the notices of one activity, then hands it to whoever mails and pushes them (rooms above: by name)."""
    actions.deliver(activity_id)
    enqueue("mailing.at_once", activity_id=activity_id)
    enqueue("push.about", activity_id=activity_id)
