"""What a share keeps of its own in a bundle: the object it shows. Not here: its words (transfer)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.contributions.actions import touch_card
from parvis.contributions.models import Contribution
from parvis.kernel.ids import encode
from parvis.tools.shares.actions import mark_shared
from parvis.tools.shares.models import Share

if TYPE_CHECKING:
    from collections.abc import Callable


def dump_share(contribution: Contribution) -> dict[str, Any]:
    """{"original": the key of the object it shows}, or nothing when that didn't come along."""
    key = contribution.card.get("shared")
    return {"original": encode(key)} if key else {}


def load_share(
    contribution: Contribution, detail: dict[str, Any], *, resolve: Callable[[str, str], int | None]
) -> None:
    """Makes the detail of a share just loaded. One whose original didn't come along is shown to nobody (shared: 0)."""
    key = detail.get("original")
    original_id = resolve("objects", key) if isinstance(key, str) else None
    original = Contribution.objects.filter(id=original_id).first() if original_id else None
    touch_card(contribution, shared=original.id if original else 0)
    if original is not None:
        Share.objects.update_or_create(contribution=contribution, defaults={"original": original})
        mark_shared(original)
