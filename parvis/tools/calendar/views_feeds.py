"""The calendar for other programs: a file of one event, subscriptions, import. Not here: pages for people (views)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.calendar import feeds, importing
from parvis.tools.calendar.ical import calendar_of

TYPE = "text/calendar; charset=utf-8"


def download(request: Request, contribution: Contribution) -> HttpResponse:
    """One event as a file."""
    events = feeds.events_of([contribution.id], request.viewer)
    if not events:
        raise NotFound
    response = HttpResponse(calendar_of(events, name=contribution.title), content_type=TYPE)
    response["Content-Disposition"] = f'attachment; filename="{contribution.key}.ics"'
    return response


def read_feed(request: Request, token: str) -> HttpResponse:
    """A subscription, as another calendar reads it; nothing is sent again that hasn't changed."""
    feed = feeds.find_feed(token)
    data, tag = feeds.content_of(feed, request.network.name)
    is_same = tag in [
        one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")
    ]
    response = HttpResponse(status=304) if is_same else HttpResponse(data, content_type=TYPE)
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return response


def list_feeds(request: Request) -> HttpResponse:
    """One's subscriptions; a new one shows its address once."""
    made, error = "", None
    if request.method == "POST":
        try:
            made = _make(request)
        except Refused as refusal:
            error = refusal
    rows = feeds.feeds_of(request.viewer)
    spaces = Space.objects.filter(memberships__person=request.viewer, tools__slug="calendar").order_by("name")
    return page(
        request,
        "calendar/feeds.html",
        status=422 if error else 200,
        made=made,
        error=error,
        feeds=[(encode(row.id), row) for row in rows],
        spaces=spaces,
        wanted=request.GET.get("space", ""),
    )


def _make(request: Request) -> str:
    """The address of a new subscription."""
    slug = request.POST.get("space", "")
    space = None
    if slug:
        space = (
            Space.objects.visible_to(request.viewer).filter(slug=slug[:80], tools__slug="calendar").first()
        )
        if space is None:
            raise Refused(_("Choose one of your communities."), field="space")
    _feed, token = feeds.make_feed(space, by=request.viewer)
    return f"{config.url.rstrip('/')}/calendar/feed/{token}.ics"


def stop_feed(request: Request, feed: int) -> HttpResponse:
    """Takes an address back."""
    feeds.stop_feed(feed, by=request.viewer)
    return go(request, "/calendar/subscriptions/", _("Stopped. That address gives nothing any more."))


def import_file(request: Request, space: Space) -> HttpResponse:
    """Adds the events of a file to a community's calendar."""
    error, report = None, None
    if request.method == "POST":
        try:
            given = request.FILES.get("file")
            if given is None:
                raise Refused(_("Choose a file."), field="file")
            report = importing.import_calendar(space, given.read(importing.MOST_BYTES + 1), by=request.viewer)
            if not report.left_out:
                return go(request, f"{space.url}calendar/?view=list", _said(report))
        except Refused as refusal:
            error = refusal
    return page(
        request,
        "calendar/import.html",
        status=422 if error else 200,
        space=space,
        error=error,
        report=report,
        said=_said(report) if report else "",
    )


def _said(report: importing.Report) -> str:
    sentence = ngettext("%(count)s event added.", "%(count)s events added.", report.added)
    known = ngettext("%(count)s was here already.", "%(count)s were here already.", report.known)
    parts = [sentence % {"count": report.added}] + ([known % {"count": report.known}] if report.known else [])
    return " ".join(parts)
