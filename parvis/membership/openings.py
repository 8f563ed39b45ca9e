"""A community's opening plan: which tool opens when, why, what it replaces. Not here: which tools there are and the job
that opens them on the day (toolkit.openings), switching tools by hand (shaping).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.membership import belonging
from parvis.membership.facts import record_in
from parvis.membership.founding import one_line
from parvis.membership.models import ToolOpening
from parvis.spaces.models import Space, SpaceTool

if TYPE_CHECKING:
    from parvis.kernel.db import HasId
    from parvis.people.models import Person

FARTHEST = timedelta(days=730)
LONGEST_WHY, LONGEST_REPLACED = 300, 240


def plan_opening(
    space: Space,
    slug: str,
    *,
    on: date | None,
    why: str,
    replaces: str,
    by: Person,
    row: ToolOpening | None = None,
) -> ToolOpening:
    """Plans the opening of a tool, or changes a plan (`row`). Who may: hosts. Raises Refused with the field at fault.

    The caller has checked that the tool can be switched on here.
    """
    require("space.host", space, by=by)
    locked = belonging.lock(space)
    if locked.tools.filter(slug=slug).exists():
        raise Refused(_("This tool is open already."), field="tool")
    others = ToolOpening.objects.filter(space=space, slug=slug, opened_at=None)
    if (others.exclude(id=row.id) if row else others).exists():
        raise Refused(_("This tool has its day already: change that one."), field="tool")
    if on is None:
        raise Refused(_("Choose a day."), field="on")
    if on < clock.today():
        raise Refused(_("This day is past: choose one to come."), field="on")
    if on > clock.today() + FARTHEST:
        raise Refused(_("That is more than two years ahead: who will remember why?"), field="on")
    found = row or ToolOpening(space=space)
    if found.opened_at is not None:
        raise Refused(_("It has opened meanwhile."))
    found.slug, found.opens_on, found.planned_by, found.audience = slug, on, by, locked.audience
    found.why = one_line(why)[:LONGEST_WHY]
    found.replaces = one_line(replaces)[:LONGEST_REPLACED]
    found.save()
    record_in(space, "community.opening_planned", by=by, tool=slug, on=on.isoformat())
    return found


def find(space: Space, key: int, *, for_writing: bool = False) -> ToolOpening:
    """One planned opening of a space found for its host; what has opened isn't planned any more. Raises NotFound."""
    rows = ToolOpening.objects.filter(space=space, id=key, opened_at=None)
    row = (rows.select_for_update(of=("self",)) if for_writing else rows).first()
    if row is None:
        raise NotFound
    row.space = space
    return row


def cancel(row: ToolOpening, *, by: Person) -> None:
    """Forgets the plan: the tool stays closed. Who may: hosts."""
    require("space.host", row.space, by=by)
    record_in(row.space, "community.opening_cancelled", by=by, tool=row.slug)
    row.delete()


def open_now(row: ToolOpening, *, by: Person) -> None:
    """Opens it at once, and says so to the members. Who may: hosts."""
    require("space.host", row.space, by=by)
    open_tool(row, by=by)


def open_tool(row: ToolOpening, *, by: HasId) -> bool:
    """Switches the tool on and announces it; one that was switched on by hand meanwhile isn't announced.

    The caller holds the row. Returns whether it was announced; run again, it does nothing.
    """
    if row.opened_at is not None:
        return False
    row.opened_at = clock.now()
    row.save(update_fields=["opened_at"])
    _tool, is_new = SpaceTool.objects.get_or_create(
        space=row.space, slug=row.slug, defaults={"replaces": row.replaces}
    )
    if is_new:
        record_in(row.space, "community.tool_opened", by=by, tool=row.slug)
    return is_new
