"""Asking which date suits, and keeping one. Not here: what is written (finding), where people answer (the ballot's tool)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.calendar import finding, finding_forms


def find_date(request: Request, space: Space) -> HttpResponse:
    """The form that proposes moments; refused, or with more lines asked for, it comes back as it was typed."""
    if finding.kind_that_asks(request.tools_on) is None:
        raise NotFound
    data, error = request.POST, None
    adds = "more" in data
    if request.method == "POST" and not adds:
        try:
            return _ask(request, space)
        except Refused as refusal:
            error = refusal
    context = finding_forms.form_context(data, adds=adds)
    status = 422 if error else 200
    return page(request, "calendar/find.html", status=status, space=space, error=error, **context)


def _ask(request: Request, space: Space) -> HttpResponse:
    data = request.POST
    asked = finding.ask_for_date(
        space,
        finding_forms.read_moments(data),
        title=data.get("title", ""),
        body=data.get("body", ""),
        closes=data.get("closes", ""),
        is_secret=bool(data.get("secret")),
        by=request.viewer,
    )
    return go(request, asked.url, _("Published: everybody may say now what suits them."))


def keep_moment(request: Request, contribution: Contribution) -> HttpResponse:
    """One gesture: the moment becomes an event."""
    try:
        choice = decode(request.POST.get("choice", ""))
    except ValueError:
        raise NotFound from None
    event = finding.keep_moment(contribution, choice, by=request.viewer)
    return go(
        request, f"/calendar/{event.key}/", _("Kept: it is an event now, and those who answered are told.")
    )
