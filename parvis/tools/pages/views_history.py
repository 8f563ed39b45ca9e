"""Older versions of a page: the list, one told apart from another, restored; and a page as a PDF.

Not here: how versions are kept (versions), how a PDF is set (printing)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.kernel.errors import Refused
from parvis.kernel.files import content_disposition
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.pages import actions, approving, reading, showing
from parvis.tools.pages.models import Version
from parvis.tools.pages.printing import make_pdf
from parvis.tools.pages.versions import difference, find_version
from parvis.tools.pages.views_acts import number_of


def show_history(request: Request, contribution: Contribution) -> HttpResponse:
    """Who wrote what, when and why; any two versions can be told apart."""
    before = number_of(request.GET.get("before", ""))
    url = showing.page_url(contribution.id)
    last = approving.newest_for(contribution, actions.last_number(contribution), request.viewer)
    rows, following = reading.history(contribution, before=min(before or last + 1, last + 1))
    return page(
        request,
        "pages/history.html",
        contribution=contribution,
        lines=[showing.version_line(row, last, url) for row in rows],
        next=f"{url}history/?before={following}" if following else "",
        last=last,
        url=url,
    )


def show_version(request: Request, contribution: Contribution, number: int) -> HttpResponse:
    """One version: what it changed of another (`than`, else the one before it), or its text as it read."""
    last = actions.last_number(contribution)
    than = number_of(request.GET.get("than", "")) or number - 1
    is_text = request.GET.get("view") == "text" or than == number
    approving.require_seen(contribution, max(number, than), last, request.viewer)
    version = find_version(contribution, number)
    before = find_version(contribution, than) if than else Version(title="", source="", number=0)
    _version, html = reading.draw_version(contribution, number)
    shown = difference(before, version)
    return page(
        request,
        "pages/version.html",
        contribution=contribution,
        version=version,
        before=before,
        difference=None if is_text else shown,
        what=showing.words_changed(shown.words_in, shown.words_out),
        sections=shown.sections,
        html=html,
        last=last,
        url=showing.page_url(contribution.id),
        may_restore=version.number != last and actions.may_write(contribution, request.abilities),
    )


def restore(request: Request, contribution: Contribution) -> HttpResponse:
    """Makes an older text the last one again."""
    url = showing.page_url(contribution.id)
    number = number_of(request.POST.get("number", ""))
    try:
        actions.restore_version(contribution, number, by=request.viewer)
    except Refused as refusal:
        return go(request, f"{url}history/", refusal.sentence)
    return go(
        request, url, _("Version %(n)s is back. The text it replaces stays in the history.") % {"n": number}
    )


def download_pdf(request: Request, contribution: Contribution) -> HttpResponse:
    """The page as a PDF; with `all`, those below it too."""
    origin = request.build_absolute_uri("/").rstrip("/")
    try:
        data, name = make_pdf(
            contribution,
            with_below=request.GET.get("all") == "1",
            language=request.LANGUAGE_CODE,
            origin=origin,
            site=request.network.name,
        )
    except Refused as refusal:
        return go(request, showing.page_url(contribution.id), refusal.sentence)
    disposition = content_disposition(name, inline=False)
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": disposition})
