"""Pages of the calendar: everything of mine, one community's, one event. Not here: acts (views_acts), feeds (views_feeds)."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.attention.opening import contribution_page
from parvis.contributions.models import Contribution
from parvis.spaces.models import Space
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.tools.calendar import finding, showing


def show_agenda(request: Request) -> HttpResponse:
    """The dates of all one's communities together."""
    context = showing.calendar_context(request.viewer, request.GET, path=request.path, space=None)
    return page(request, "calendar/agenda.html", **context)


def show_calendar(request: Request, space: Space) -> HttpResponse:
    """The dates of one community."""
    context = showing.calendar_context(request.viewer, request.GET, path=request.path, space=space)
    can_find = finding.kind_that_asks(request.tools_on) is not None
    return page(request, "calendar/index.html", space=space, can_find=can_find, **context)


def show_event(request: Request, contribution: Contribution) -> HttpResponse:
    """An event with its answers and replies."""
    context = showing.event_context(
        contribution, request.viewer, request.abilities, request.GET.get("date", "")
    )
    return contribution_page(request, contribution, "calendar/event.html", **context)
