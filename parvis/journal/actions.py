"""Writing a fact, and handing work over, in the transaction of the write.

Not here: what is made of them (attention and other rooms register jobs by name).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parvis.journal.jobs import enqueue
from parvis.journal.models import Activity

if TYPE_CHECKING:
    from parvis.kernel.db import HasId

DELIVER = "attention.deliver"


def record(
    verb: str,
    *,
    thing_kind: str,
    thing_id: int,
    by: HasId,
    space_id: int | None = None,
    audience: int = 1,
    payload: dict[str, Any] | None = None,
    is_silent: bool = False,
) -> Activity:
    """One row for one write, and the job that tells whom it concerns (none when silent: imports).

    The payload holds ids and small facts, never names or texts: those are looked up when shown.
    """
    activity = Activity.objects.create(
        actor_id=by.id,
        verb=verb,
        space_id=space_id,
        audience=audience,
        thing_kind=thing_kind,
        thing_id=thing_id,
        payload=payload or {},
    )
    if not is_silent:
        enqueue(DELIVER, activity_id=activity.id)
    return activity
