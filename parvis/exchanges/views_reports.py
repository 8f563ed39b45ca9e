"""Reporting one message of an exchange, and the moderators' list of what was quoted to them. Not here: the writes."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution, Reply
from parvis.contributions.reading import find_reply
from parvis.exchanges import actions
from parvis.exchanges.models import Quotation
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.kernel.markdown import fill_names, mentions_in_text, render
from parvis.people.models import names_of
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request

MOST = 100


def report(request: Request, contribution: Contribution) -> HttpResponse:
    """Shows the message that would be copied to the moderators, and copies it."""
    said = _message(request, contribution)
    refusal = None
    if request.method == "POST":
        try:
            actions.quote(contribution, said, reason=request.POST.get("reason", ""), by=request.viewer)
            return go(
                request,
                f"/exchanges/{contribution.key}/",
                _("The moderators have this message. Thank you for taking care."),
            )
        except Refused as problem:
            refusal = problem
    return page(
        request, "exchanges/report.html", status=422 if refusal else 200, contribution=contribution, reply=said,
        refusal=refusal, reason=request.POST.get("reason", ""), html=_drawn(said.source if said else contribution.body.source),
        author=said.author if said else contribution.author,
    )  # fmt: skip


def _message(request: Request, contribution: Contribution) -> Reply | None:
    """The reply that the address names; None: the first message."""
    key = request.POST.get("reply", "") or request.GET.get("reply", "")
    try:
        return find_reply(contribution, decode(key)) if key else None
    except ValueError:
        raise NotFound from None


def _drawn(source: str) -> str:
    html = render(source).html
    return fill_names(html, names_of(mentions_in_text(html)))


def list_reports(request: Request) -> HttpResponse:
    """What was quoted to the moderators, what waits first."""
    rows = Quotation.objects.select_related("reporter", "author", "handled_by")
    rows = (
        rows.order_by("handled_at", "-created_at")
        if request.GET.get("all")
        else rows.filter(handled_at=None).order_by("created_at")
    )
    found = [(encode(row.id), row, _drawn(row.text)) for row in rows[:MOST]]
    return page(request, "exchanges/reports.html", rows=found, is_all=bool(request.GET.get("all")))


def settle(request: Request, quotation: int) -> HttpResponse:
    """A moderator has looked at it."""
    row = Quotation.objects.filter(id=quotation).first()
    if row is None:
        raise NotFound
    actions.settle(row, by=request.viewer)
    return go(request, "/exchanges/reports/", _("Noted: you have looked at it."))
