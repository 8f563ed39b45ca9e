"""What the author and the hosts do with a poll: date, closing, decision; a poll inside a text. Not here: the acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.ballots.models import Box
from parvis.contributions.models import Contribution
from parvis.kernel import markdown
from parvis.kernel.errors import Refused
from parvis.people.models import names_of
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.polls import actions, rules


def form_page(
    request: Request, template: str, act: Callable[[], HttpResponse], **context: Any
) -> HttpResponse:
    """GET shows a form; POST does the act; refused, the form comes back as it was typed."""
    error: Refused | None = None
    stored = context.pop("stored", {})
    if request.method == "POST":
        try:
            return act()
        except Refused as refusal:
            error = refusal
    typed = request.POST if request.method == "POST" else stored
    return page(request, template, status=422 if error else 200, error=error, typed=typed, **context)


def address(contribution: Contribution) -> str:
    """The page of a poll."""
    return f"/polls/{contribution.key}/"


def set_closing(request: Request, contribution: Contribution) -> HttpResponse:
    """Changes the closing date."""
    box = Box.objects.get(contribution=contribution)

    def act() -> HttpResponse:
        actions.set_closing(contribution, request.POST.get("closes", ""), by=request.viewer)
        return go(request, address(contribution), _("Saved."))

    closes = timezone.localtime(box.closes_at).strftime("%Y-%m-%dT%H:%M") if box.closes_at else ""
    return form_page(request, "polls/date.html", act, contribution=contribution, stored={"closes": closes})


def close(request: Request, contribution: Contribution) -> HttpResponse:
    """Closes a poll for good, after a page that says so."""
    box = Box.objects.get(contribution=contribution)

    def act() -> HttpResponse:
        actions.close_poll(contribution, by=request.viewer)
        return go(request, address(contribution), _("Closed. Those who voted are told."))

    return form_page(request, "polls/close.html", act, contribution=contribution, box=box)


def conclude(request: Request, contribution: Contribution) -> HttpResponse:
    """Writes, changes or takes away what was decided."""
    poll = actions.poll_of(contribution)

    def act() -> HttpResponse:
        actions.conclude(contribution, request.POST.get("outcome", ""), by=request.viewer)
        return go(request, address(contribution), _("Saved. Those who voted are told."))

    named = markdown.with_names(poll.outcome, names_of(set(markdown.mentions_in(poll.outcome))))
    return form_page(
        request, "polls/conclude.html", act, contribution=contribution, stored={"outcome": named}
    )


def add(request: Request, contribution: Contribution) -> HttpResponse:
    """A poll inside one's own contribution."""

    def act() -> HttpResponse:
        options = {name[4:]: str(value) for name, value in request.POST.items() if name.startswith("opt_")}
        poll = actions.add_poll(
            contribution, title=request.POST.get("title", ""), options=options, by=request.viewer
        )
        return go(request, f"/go/{contribution.key}/#poll-{poll.key}", _("Added under your text."))

    if request.method != "POST":
        actions.require_place(contribution)
    extra = rules.as_typed(None, request.POST)
    return form_page(request, "polls/add.html", act, contribution=contribution, extra=extra)
