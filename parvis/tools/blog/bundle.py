"""What a post keeps of its own in a bundle. Not here: its text, comments and files (transfer)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.contributions.actions import touch_card
from parvis.contributions.marks import Attachment
from parvis.kernel.ids import encode
from parvis.kernel.words import reading_minutes
from parvis.tools.blog.models import Post

if TYPE_CHECKING:
    from collections.abc import Callable

    from parvis.contributions.models import Contribution


def dump_post(contribution: Contribution) -> dict[str, Any]:
    """{"cover": the key of its picture}, or nothing."""
    key = contribution.card.get("cover")
    return {"cover": key} if key else {}


def load_post(
    contribution: Contribution, detail: dict[str, Any], *, resolve: Callable[[str, str], int | None]
) -> None:
    """Makes the detail of a post just loaded; a cover that didn't come along is left out. May be run again."""
    key = detail.get("cover")
    cover_id = resolve("files", key) if isinstance(key, str) else None
    cover = Attachment.objects.filter(id=cover_id, contribution=contribution).first() if cover_id else None
    minutes = reading_minutes(contribution.body.source)
    Post.objects.update_or_create(
        contribution=contribution, defaults={"cover": cover, "reading_minutes": minutes}
    )
    touch_card(contribution, cover=encode(cover.id) if cover else None, minutes=minutes)
