"""Invitations by mail in the calendar's own format. Not here yet: see `send_all`."""

from __future__ import annotations


def send_all(contribution_id: int, method: str, people: list[int] | None = None) -> None:
    """Sends nothing yet."""
