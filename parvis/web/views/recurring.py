"""Pages of a community's recurring texts, for its hosts. Not here: opening them (toolkit.recurring)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions import recurring, templates
from parvis.contributions.recurring import Every, Recurring
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit.pages import go
from parvis.toolkit.recurring import options_in
from parvis.toolkit.request import Request
from parvis.web.views.communities_host import host_page

ACTS = {"pause": recurring.pause, "resume": recurring.resume, "stop": recurring.stop}


def list_plans(request: Request, space: Space) -> HttpResponse:
    """What is opened again and again here, and the form to plan another."""
    return _form(request, space, None)


def edit_plan(request: Request, space: Space, plan: int) -> HttpResponse:
    """Changes one plan."""
    return _form(request, space, recurring.find(space, plan))


def act_on_plan(request: Request, space: Space, plan: int, act: str) -> HttpResponse:
    """Pauses a plan, takes it up again, or forgets it."""
    if act not in ACTS:
        raise NotFound
    ACTS[act](recurring.find(space, plan), by=request.viewer)
    sentences = {
        "pause": _("Paused."),
        "resume": _("Taken up again, in your name."),
        "stop": _("Stopped. What it opened stays."),
    }
    return go(request, f"{space.url}host/recurring/", sentences[act])


def _form(request: Request, space: Space, row: Recurring | None) -> HttpResponse:
    error: Refused | None = None
    options = options_in(space)
    if request.method == "POST":
        try:
            _plan(request, space, row, {option.slug for _kind, option in options})
        except Refused as refusal:
            error = refusal
        else:
            return go(request, f"{space.url}host/recurring/", _("Planned."))
    rows = (
        Recurring.objects.filter(space=space)
        .select_related("author", "last")
        .order_by("paused_at", "next_at")
    )
    return host_page(
        request,
        space,
        "web/recurring.html",
        here="recurring/",
        status=422 if error else 200,
        error=error,
        plan=row,
        plans=[] if row else _described(list(rows), options),
        typed=request.POST if error else _typed(request, row),
        options=[option for _kind, option in options],
        days=_days(),
        every=Every,
    )


def _plan(request: Request, space: Space, row: Recurring | None, offered: set[str]) -> None:
    data = request.POST
    if data.get("option", "") not in offered:
        raise Refused(_("Choose what it opens: this community doesn't offer that kind."), field="option")
    every = data.get("every", "")
    recurring.plan(
        space,
        option=data["option"],
        title=data.get("title", ""),
        body=data.get("body", ""),
        every=every,
        day=_whole(data.get("weekday" if every == Every.WEEK else "monthday", "")),
        hour=_whole(data.get("hour", "")),
        by=request.viewer,
        row=row,
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1


def _typed(request: Request, row: Recurring | None) -> dict[str, Any]:
    """What the empty form holds: a plan as it stands, the example asked for, or the question of the week."""
    if row is not None:
        return {
            "option": row.option,
            "title": row.title,
            "body": row.body,
            "every": row.every,
            "hour": str(row.hour),
            "weekday": str(row.day) if row.every == Every.WEEK else "0",
            "monthday": str(row.day) if row.every == Every.MONTH else "1",
        }
    slug = request.GET.get("template", "question-of-the-week")
    found = templates.find(slug, request.LANGUAGE_CODE)
    words = {"title": found.title, "body": found.body, "option": found.mode} if found else {}
    return {"every": Every.WEEK, "weekday": "0", "monthday": "1", "hour": "9", **words}


def _described(rows: list[Recurring], options: list[Any]) -> list[dict[str, Any]]:
    labels = {option.slug: option.label for _kind, option in options}
    return [
        {"row": row, "key": encode(row.id), "label": labels.get(row.option, row.option), "when": _when(row)}
        for row in rows
    ]


def _when(row: Recurring) -> str:
    hour = f"{row.hour:02d}:00"
    if row.every == Every.WEEK:
        return _("Every %(day)s at %(hour)s") % {"day": dict(_days())[str(row.day)].lower(), "hour": hour}
    return _("On day %(day)s of each month at %(hour)s") % {"day": row.day, "hour": hour}


def _days() -> list[tuple[str, str]]:
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return [(str(number), name) for number, name in enumerate(names)]
