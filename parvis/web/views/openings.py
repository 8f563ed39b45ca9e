"""Pages of a community's opening plan. Not here: the plan (membership.openings), the day itself (toolkit.openings)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.reading import see_places
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.membership import openings
from parvis.membership.models import ToolOpening
from parvis.spaces.models import Space
from parvis.toolkit import registry
from parvis.toolkit.openings import advice_on, closed_tools
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web.views import communities_reading as reading
from parvis.web.views.communities_host import host_page

MOST = 30


def show_plan(request: Request, space: Space) -> HttpResponse:
    """For members: what opens when, why, instead of what; what has opened lately."""
    see_places(space.id, by=request.viewer)
    rows = _rows(space)
    return page(
        request,
        "web/communities/openings.html",
        community=reading.head_of(request, space),
        space=space,
        coming=[one for one in rows if not one["row"].opened_at],
        opened=[one for one in rows if one["row"].opened_at][::-1],
        tools_on=request.tools_on,
    )


def _rows(space: Space) -> list[dict[str, Any]]:
    """The plan by day, with the tools' names; those of tools that were taken away aren't shown."""
    found = {tool.slug: tool for tool in registry.switchable()}
    rows = ToolOpening.objects.filter(space=space).order_by("opens_on", "id")[:MOST]
    return [
        {"row": row, "tool": found[row.slug], "key": encode(row.id), "url": f"{space.url}{row.slug}/"}
        for row in rows
        if row.slug in found
    ]


def list_plans(request: Request, space: Space) -> HttpResponse:
    """For hosts: the plan by date, an advice, and the form to plan another."""
    return _form(request, space, None)


def edit_plan(request: Request, space: Space, opening: int) -> HttpResponse:
    """Changes one planned opening."""
    return _form(request, space, openings.find(space, opening))


def act_on_plan(request: Request, space: Space, opening: int, act: str) -> HttpResponse:
    """Opens it at once, or gives the plan up."""
    acts = {"now": openings.open_now, "cancel": openings.cancel}
    if act not in acts:
        raise NotFound
    acts[act](openings.find(space, opening, for_writing=True), by=request.viewer)
    done = {
        "now": _("It is open: the members are told."),
        "cancel": _("Taken off the plan: the tool stays closed."),
    }
    return go(request, f"{space.url}host/openings/", done[act])


def _form(request: Request, space: Space, row: ToolOpening | None) -> HttpResponse:
    error: Refused | None = None
    if request.method == "POST":
        try:
            _plan(request, space, row)
        except Refused as refusal:
            error = refusal
        else:
            return go(
                request, f"{space.url}host/openings/", _("Planned: members see it on the community's page.")
            )
    rows = _rows(space)
    coming = [one for one in rows if not one["row"].opened_at]
    planned = {one["row"].slug for one in coming if row is None or one["row"].id != row.id}
    return host_page(
        request,
        space,
        "web/communities/host_openings.html",
        here="openings/",
        status=422 if error else 200,
        error=error,
        plan=row,
        coming=[] if row else coming,
        opened=[] if row else [one for one in rows if one["row"].opened_at][::-1],
        choices=closed_tools(space, on=request.tools_on, planned=planned),
        is_on=request.tools_on,
        advice=advice_on([one["row"] for one in coming]),
        typed=request.POST if error else _typed(request, row),
        today=clock.today().isoformat(),
    )


def _plan(request: Request, space: Space, row: ToolOpening | None) -> None:
    post = request.POST
    if post.get("tool", "") not in {tool.slug for tool in registry.switchable()}:
        raise Refused(_("Choose a tool."), field="tool")
    openings.plan_opening(
        space,
        post["tool"],
        on=_day(post.get("on", "")),
        why=post.get("why", "").replace("\x00", ""),
        replaces=post.get("replaces", "").replace("\x00", ""),
        by=request.viewer,
        row=row,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Refused(_("Write the day, for example 2027-01-15."), field="on") from None


def _typed(request: Request, row: ToolOpening | None) -> dict[str, str]:
    if row is None:
        return {"tool": request.GET.get("tool", "")}
    return {"tool": row.slug, "on": row.opens_on.isoformat(), "why": row.why, "replaces": row.replaces}
