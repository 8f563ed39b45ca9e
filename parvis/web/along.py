"""What tools let one put along with a text while writing it, such as a poll. Not here: the text itself (web.composer)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from parvis.contributions.models import WAITING, Contribution
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.toolkit.spec import Kind, Option, Tool

Offered = list[tuple["Tool", "Kind", "Option"]]


def prefix_of(tool: Tool) -> str:
    """What the names of a tool's fields begin with, in the composer."""
    return f"along_{tool.slug}_"


def offered(
    options: Offered,
    current: Option | None,
    typed: Mapping[str, Any],
    source: Contribution | None = None,
) -> list[dict[str, Any]]:
    """What the composer offers beside these options: each with its template and the options it goes along with.

    `source` is the draft whose words were taken up, with what stood along with it.
    """
    here = {tool.slug for tool, _kind, _option in options}
    found = []
    for tool in registry.tools():
        fits = [option for _tool, kind, option in options if tool.along and tool.along.fits(kind.slug)]
        if tool.along and tool.slug in here and fits:
            only = " ".join(option.slug for option in fits)
            found.append({"only": only, "is_shown": current in fits, **_drawn(tool, typed, source)})
    return found


def offered_on(contribution: Contribution, typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same for a text that waits to be published, with what is along with it already."""
    if contribution.state not in WAITING or contribution.part_of_id is not None:
        return []
    on = registry.slugs_on(contribution.space)
    return [
        _drawn(tool, typed, contribution)
        for tool in registry.tools()
        if tool.along and tool.slug in on and tool.along.fits(contribution.kind)
    ]


def _drawn(tool: Tool, typed: Mapping[str, Any], contribution: Contribution | None) -> dict[str, Any]:
    along, prefix = tool.along, prefix_of(tool)
    assert along is not None
    given = _fields(typed, prefix)
    return {
        "template": along.template,
        "label": along.label,
        "prefix": prefix,
        **along.context(given, contribution=contribution),
    }


def _fields(data: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {name[len(prefix) :]: str(data[name]) for name in data if name.startswith(prefix)}


def write(contribution: Contribution, data: Mapping[str, Any], *, by: Person) -> None:
    """Keeps what was typed along with a text just written, by each tool's own action. Raises Refused."""
    for tool in registry.tools():
        given = _fields(data, prefix_of(tool)) if tool.along and tool.along.fits(contribution.kind) else {}
        if tool.along and given:
            tool.along.write(contribution, given, by=by)
