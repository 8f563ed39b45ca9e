"""Pages of private exchanges: the list, a new one, one of them, adding somebody, leaving.

Not here: the writes (exchanges.actions), answering and muting (the shell).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.opening import contribution_page
from parvis.contributions.drafts import draft_at, forget_draft
from parvis.contributions.models import Contribution
from parvis.exchanges import actions, reading
from parvis.exchanges.asking import chosen_people, found_people, typed_words
from parvis.kernel.errors import Refused
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request


def show_list(request: Request) -> HttpResponse:
    """The reader's own exchanges, the liveliest first."""
    text = request.GET.get("page", "")
    number = int(text) if text.isdecimal() and len(text) < 5 else 1
    lines, has_more = reading.list_exchanges(request.viewer, page=max(number, 1))
    return page(
        request, "exchanges/list.html", lines=lines, next=number + 1 if has_more else 0, is_first=number <= 1
    )


def open_new(request: Request) -> HttpResponse:
    """A new exchange, with whom the address names (`?to=`) already chosen."""
    place = draft_place(request)
    if request.method == "POST" and request.POST.get("do") != "search":
        try:
            opened = actions.open_exchange(
                chosen_people(request.POST.getlist("person")),
                subject=request.POST.get("title", ""),
                body=request.POST.get("body", ""),
                by=request.viewer,
            )
        except Refused as refusal:
            return _form(request, place, refusal)
        forget_draft(request.viewer, place)
        return go(request, f"/exchanges/{opened.key}/", _("Sent. Only those named here read it."))
    return _form(request, place)


def draft_place(request: Request) -> str:
    """Where what is typed is kept: one draft for each person written to, one for the others."""
    key = request.GET.get("to", "")
    return f"exchange:{key}" if chosen_people([key]) else "exchange:new"


def _form(request: Request, place: str, refusal: Refused | None = None) -> HttpResponse:
    draft = draft_at(request.viewer, place) if request.method == "GET" else None
    typed: dict[str, Any] = (
        request.POST.dict() if request.method == "POST" else dict(draft.fields if draft else {})
    )
    keys = request.POST.getlist("person") if request.method == "POST" else _listed(typed.get("person"))
    chosen = [
        one for one in chosen_people([*request.GET.getlist("to"), *keys]) if one.id != request.viewer.id
    ]
    return page(
        request,
        "exchanges/new.html",
        status=422 if refusal else 200,
        refusal=refusal,
        typed=typed,
        chosen=chosen,
        words=typed_words(request),
        found=found_people(request, chosen),
        place=place,
        saved_at=draft.saved_at.isoformat() if draft else None,
        to=request.GET.get("to", "") if place != "exchange:new" else "",
    )  # fmt: skip


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def show(request: Request, contribution: Contribution) -> HttpResponse:
    """One exchange: what was written, who reads it."""
    people = reading.people_in(contribution)
    return contribution_page(
        request, contribution, "exchanges/exchange.html", people=people, is_full=len(people) >= actions.MOST,
        is_alone=len(people) == 1,
    )  # fmt: skip


def add(request: Request, contribution: Contribution) -> HttpResponse:
    """Adds a person, after saying what they will then read."""
    refusal = None
    if request.method == "POST" and request.POST.get("do") != "search":
        try:
            found = chosen_people(request.POST.getlist("person"))
            if len(found) != 1:
                raise Refused(_("Choose one colleague."), field="people")
            actions.add_person(contribution, found[0], by=request.viewer)
            return go(
                request,
                f"/exchanges/{contribution.key}/",
                _("Added: %(name)s reads it now.") % {"name": found[0].name},
            )
        except Refused as problem:
            refusal = problem
    people = reading.people_in(contribution)
    return page(
        request, "exchanges/add.html", status=422 if refusal else 200, contribution=contribution, refusal=refusal,
        people=people, chosen=chosen_people(request.POST.getlist("person")), words=typed_words(request),
        found=found_people(request, people),
    )  # fmt: skip


def leave(request: Request, contribution: Contribution) -> HttpResponse:
    """Takes oneself out, after saying what that means."""
    if request.method == "POST":
        actions.leave(contribution, by=request.viewer)
        return go(request, "/exchanges/", _("You have left. Nothing of it is left to you."))
    people = reading.people_in(contribution)
    return page(request, "exchanges/leave.html", contribution=contribution, is_last=len(people) == 1)
