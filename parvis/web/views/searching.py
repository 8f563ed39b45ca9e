"""The word search over titles, texts, communities and people. Not here: the full search (a later issue)."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.toolkit.cards import draw
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.web.search import count_knowing, find


def search(request: Request) -> HttpResponse:
    """Results the reader may see, best first."""
    query = request.GET.get("q", "").strip()[:200]
    found = find(query, request.viewer)
    is_empty = bool(query) and not (found.rows or found.people or found.spaces)
    return page(
        request,
        "web/search.html",
        search_query=query,
        cards=draw(found.rows, request.viewer),
        people=found.people,
        communities=found.spaces,
        knowing=count_knowing(query) if is_empty else 0,
    )
