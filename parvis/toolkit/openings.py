"""Opening on the day the tools that communities have planned. Not here: the plan itself (membership.openings)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM
from parvis.membership.models import ToolOpening
from parvis.membership.openings import open_tool
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.spaces.models import Space
    from parvis.toolkit.spec import Tool

HOUR = 7  # of the day, in the house's own time: an announcement is read in the morning
CLOSE = timedelta(days=14)  # two openings nearer than this disturb each other
MANY = 3


@job("toolkit.open_tools", cron="5 * * * *")
def open_tools() -> None:
    """Opens what is due, once each, also what was due while nothing ran; archived communities wait."""
    here = timezone.localtime(clock.now())
    last = here.date() if here.hour >= HOUR else here.date() - timedelta(days=1)
    due = ToolOpening.objects.filter(opened_at=None, opens_on__lte=last, space__archived_at=None)
    installed = {tool.slug for tool in registry.switchable()}
    rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("space")
    for row in rows.order_by("opens_on", "id")[:500]:
        if row.slug in installed:
            open_tool(row, by=SYSTEM)


def closed_tools(space: Space, *, on: set[str], planned: set[str]) -> list[Tool]:
    """The tools that a community may still plan."""
    return [tool for tool in registry.switchable() if tool.slug not in on | planned]


def advice_on(plans: list[ToolOpening]) -> str:
    """One sentence for hosts who plan, about the plan as it stands."""
    days = sorted(row.opens_on for row in plans)
    if len(plans) >= MANY and _are_close(days):
        return _(
            "Three openings within two weeks: give people the time to make a habit of one before the next comes."
        )
    if any(not row.replaces for row in plans):
        return _(
            "Say what each one replaces. Two tools for the same thing stay half empty, both: close the old one on that day."
        )
    if any(not row.why for row in plans):
        return _("Say why, in one line: people take up what makes something of theirs easier.")
    return _(
        "Few tools at first: an empty tool discourages. Open the next one when the one before it is in use, and hook it onto a habit people have already."
    )


def _are_close(days: list[date]) -> bool:
    return any(later - first <= CLOSE for first, later in zip(days, days[MANY - 1 :], strict=False))
