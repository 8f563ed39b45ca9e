"""Writing a note: a quick word without a title. Not here: replies and marks (the spine)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from parvis.contributions.actions import publish

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space


def publish_note(
    space: Space,
    *,
    body: str,
    by: Person,
    title: str = "",
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """Publishes a note in a space; a title typed for another kind is kept as its first line.

    Who may: whoever may post there. Raises NotFound, NotAllowed, Refused.
    """
    if title.strip():
        body = f"**{title.strip()}**\n\n{body}"
    return publish(
        "note", space, title="", body=body, by=by, tags=tags, at=at, is_draft=is_draft, needs_title=False
    )


def draft_note(
    space: Space, *, body: str, by: Person, title: str = "", options: Any = None, at: Any = None
) -> Contribution:
    """A note kept as its author's draft."""
    return publish_note(space, title=title, body=body, by=by, at=at, is_draft=True)
