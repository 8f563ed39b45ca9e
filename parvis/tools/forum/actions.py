"""Writes of the forum: open a topic, accept an answer, close, conclude. Not here: replies (the spine)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.contributions.actions import publish
from parvis.kernel.errors import Refused
from parvis.tools.forum.models import Category, Mode, Topic

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space


def open_topic(
    space: Space,
    *,
    title: str,
    body: str,
    by: Person,
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """Opens a topic; `options` may hold mode (see models.Mode) and category (its name).

    Who may: whoever may post in the space. Raises NotFound, NotAllowed, Refused.
    """
    options = options or {}
    mode = options.get("mode", Mode.DISCUSSION)
    if mode not in Mode.values:
        raise Refused(_("Choose discussion, question, debate or brainstorm."), field="kind")
    category = Category.objects.filter(space=space, name=options.get("category", "")).first()
    contribution = publish(
        "topic", space, title=title, body=body, by=by, tags=tags, at=at, is_draft=is_draft, card={"mode": mode},
        may_be_empty=True,
    )
    Topic.objects.create(contribution=contribution, mode=mode, category=category)
    return contribution


def draft_topic(
    space: Space, *, title: str, body: str, by: Person, options: dict[str, Any] | None = None, at: datetime | None = None
) -> Contribution:
    """A topic kept as its author's draft."""
    return open_topic(space, title=title, body=body, by=by, options=options, at=at, is_draft=True)
