"""What the composer asks of a new topic beside its title and text: the shelf it stands on. Not here: the composer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from parvis.kernel.ids import encode
from parvis.tools.forum.models import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parvis.spaces.models import Space


def composer_fields(spaces: Sequence[Space], *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The categories of every community one may post in, by community: the place may still change. One query."""
    names = {space.id: space.name for space in spaces}
    shelves: dict[str, list[dict[str, str]]] = {}
    chosen = str(typed.get("opt_category", ""))
    for row in Category.objects.filter(space_id__in=names).order_by("position", "id"):
        key = encode(row.id)
        shelf = {"value": key, "label": row.name, "is_current": key == chosen}
        shelves.setdefault(names[row.space_id], []).append(shelf)
    return {"shelves": shelves}
