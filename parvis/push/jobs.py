"""Pushes that activities ask for. Not here: how one is made and sent (push.sending)."""

from __future__ import annotations

from parvis.journal.jobs import enqueue_each, job
from parvis.push import sending


@job("push.about")
def about(activity_id: int) -> None:
    """One job for each device to be told: a service that doesn't answer holds up no other."""
    rows = sending.who_is_told(activity_id)
    if rows:
        enqueue_each("push.send", [*rows])


@job("push.send")
def send(notice_id: int, device_id: int, attempt: int = 0) -> None:
    sending.send(notice_id, device_id, attempt=attempt)
