"""How this room's facts are written into the journal, and whom they tell. Not here: what happens next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from parvis.journal.actions import record

if TYPE_CHECKING:
    from parvis.kernel.db import HasId
    from parvis.spaces.models import Space


def record_in(
    space: Space,
    verb: str,
    *,
    by: HasId,
    person: HasId | None = None,
    tell: Iterable[HasId] = (),
    reason: str = "",
    is_silent: bool = False,
    **payload: Any,
) -> None:
    """One fact about a space: `person` is whom it is about, `tell` who should hear of it, and for which reason.

    Reasons in use: asked, invited, accepted, refused, added, host.
    """
    if person is not None:
        payload["person"] = person.id
    told = {str(one.id): reason for one in tell if one.id != by.id}
    if told:
        payload["tell"] = told
    record(
        verb,
        thing_kind="space",
        thing_id=space.id,
        by=by,
        space_id=space.id,
        audience=space.audience,
        payload=payload,
        is_silent=is_silent,
    )
