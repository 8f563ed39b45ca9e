"""The form in which moments are proposed: reading it, and showing it as it was typed. Not here: keeping it (finding)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.tools.calendar.asking import Plan, read_plan, zone_choices
from parvis.tools.calendar.finding import MOST

LINES = 4  # moments that the form offers at first, and adds at a time


def read_moments(data: Mapping[str, Any]) -> list[Plan]:
    """The moments typed, empty lines left out. Raises Refused; its field is that of the line at fault, as "day_3"."""
    shared = {name: data.get(name, "") for name in ("zone", "place", "link", "whole_day")}
    plans = []
    for number in range(1, lines_in(data) + 1):
        day, hour, end = (str(data.get(f"{name}_{number}", "")).strip() for name in ("day", "hour", "end"))
        if not day and not hour and not end:
            continue
        line = {"day": day, "hour": hour, "end_hour": end, **shared}
        if shared["whole_day"]:
            line = {"day": day, "end_day": data.get(f"last_{number}", ""), **shared}
        elif day and not hour:
            raise Refused(_("Give its hour, or tick “Whole days”."), field=f"hour_{number}")
        plans.append(_plan(line, number))
    if not plans:
        raise Refused(_("Propose two moments at least, thirty at most."), field="moments")
    return plans


def _plan(line: Mapping[str, Any], number: int) -> Plan:
    names = {"day": "day", "hour": "hour", "end_hour": "end", "end_day": "last"}
    try:
        return read_plan(line)
    except Refused as refusal:
        field = names.get(refusal.field)
        raise Refused(refusal.sentence, field=f"{field}_{number}" if field else refusal.field) from None


def lines_in(data: Mapping[str, Any]) -> int:
    """How many lines a form holds."""
    text = str(data.get("lines", ""))
    return min(int(text), MOST) if text.isdecimal() and len(text) < 4 else LINES


def form_context(data: Mapping[str, Any], *, adds: bool = False) -> dict[str, Any]:
    """What the form is drawn with: as typed, with more lines when they are asked for."""
    lines = max(min(lines_in(data) + (LINES if adds else 0), MOST), LINES)
    zone = str(data.get("zone") or "") or timezone.get_current_timezone_name()
    return {
        "typed": data,
        "lines": lines,
        "may_add": lines < MOST,
        "moments": [
            {name: data.get(f"{name}_{number}", "") for name in ("day", "hour", "end", "last")}
            for number in range(1, lines + 1)
        ],
        "zones": zone_choices(zone),
        "more": any(data.get(name) for name in ("link", "closes", "secret"))
        or zone != timezone.get_current_timezone_name(),
    }
