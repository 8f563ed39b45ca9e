"""The home page: one stream over all communities and followed people. Not here: the query (contributions.stream)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from parvis.contributions import stream
from parvis.kernel import clock
from parvis.toolkit.pages import page


def show_home(request: HttpRequest) -> HttpResponse:
    """The reader's stream; filters and order stand in the address."""
    return page(request, "web/home.html")


def count_newer(request: HttpRequest) -> HttpResponse:
    """How many cards came in since the page was drawn, for the "N new" pill."""
    return JsonResponse({"count": stream.count_newer(request.viewer, clock.now())})
