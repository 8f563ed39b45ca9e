"""The word search over titles, texts, communities and people. Not here: the full search (a later issue)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from parvis.toolkit.cards import draw
from parvis.toolkit.pages import page
from parvis.web.search import count_knowing, find


def search(request: HttpRequest) -> HttpResponse:
    """Results the reader may see, best first."""
    query = request.GET.get("q", "").strip()[:200]
    found = find(query, request.viewer)
    return page(
        request,
        "web/search.html",
        search_query=query,
        cards=draw(found.rows, request.viewer),
        people=found.people,
        communities=found.spaces,
    )
