"""One's saved searches: keeping one, the list of them, changing and removing. Not here: searching (web.views.searching)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.search import saved
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web.answers import Asked, asked_of
from parvis.web.views.accounts_settings import rail_links

HERE = "/search/saved/"


def list_saved(request: Request) -> HttpResponse:
    """All of one's own, each with its name and whether it tells."""
    return _list(request)


def save(request: Request) -> HttpResponse:
    """Keeps the search that the form carries; refused, the list says why and keeps what was typed."""
    text, name = request.POST.get("q", ""), request.POST.get("name", "")
    try:
        kept = saved.save_search(text, name=name, tells=bool(request.POST.get("tells")), by=request.viewer)
    except Refused as refusal:
        return _list(request, error=refusal, asked=asked_of(text), name=name)
    sentence = _("Kept: you will be told of what is new.") if kept.tells else _("Kept.")
    return go(request, asked_of(kept.text).address(), sentence)


def change(request: Request, key: int) -> HttpResponse:
    """Another name, or another choice about telling."""
    tells, name = bool(request.POST.get("tells")), request.POST.get("name", "")
    try:
        saved.change_search(key, name=name, tells=tells, by=request.viewer)
    except Refused as refusal:
        return _list(request, error=refusal, at=key)
    return go(request, HERE, _("Saved."))


def remove(request: Request, key: int) -> HttpResponse:
    """Forgets one of them."""
    saved.forget_search(key, by=request.viewer)
    return go(request, HERE, _("Removed."))


def _list(request: Request, error: Refused | None = None, at: int = 0, **given: Any) -> HttpResponse:
    asked: Asked | None = given.get("asked")
    return page(
        request,
        "web/search_saved.html",
        status=422 if error else 200,
        rows=[
            {
                "row": row,
                "url": asked_of(row.text).address(order="new"),
                "error": error if row.id == at else None,
            }
            for row in saved.saved_of(request.viewer)
        ],
        error=error if not at else None,
        asked=asked,
        name=given.get("name", ""),
        links=rail_links(request),
    )
