"""What can be done with any contribution, whatever its kind. Not here: kinds' own pages (tools)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from parvis.contributions.models import Contribution
from parvis.toolkit.routing import thing_path


def go_to_thing(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """The permanent address of a contribution leads to its page."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(thing_path(contribution) + (f"?{query}" if query else ""))
