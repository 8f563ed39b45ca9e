"""What came since a page was drawn, asked by its script: unread notices, new cards, new replies; keys and counts only.

The live stream only says that there may be something (parvis.live); these addresses, which any page may also ask from
time to time, say what its reader may see of it. Not here: the pages.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse

from parvis.contributions import stream, thread
from parvis.contributions.models import Contribution
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit import registry

THEMES = ("professional", "interest")


def count_unread(request: HttpRequest) -> HttpResponse:
    """How many notices wait for the reader, as the bell shows it."""
    return JsonResponse({"unread": request.viewer.unread_count})


def newer_at_home(request: HttpRequest) -> HttpResponse:
    """The cards that came in since the page was drawn, of those it shows, for the "N new" pill."""
    since, (kind, theme) = moment_of(request.GET.get("since", "")), filters_of(request)
    return _keys(stream.find_newer(request.viewer, since, kind=kind, theme=theme) if since else [])


def newer_in_community(request: HttpRequest, space: Space) -> HttpResponse:
    """The same in a community."""
    since = moment_of(request.GET.get("since", ""))
    return _keys(stream.find_newer_in(space, request.viewer, since) if since else [])


def newer_replies(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """The replies by others that came since the page was drawn, oldest first."""
    since = moment_of(request.GET.get("since", ""))
    return _keys(thread.find_newer(contribution, request.viewer, since) if since else [])


def _keys(found: list[int]) -> HttpResponse:
    return JsonResponse({"count": len(found), "keys": [encode(key) for key in found]})


def filters_of(request: HttpRequest) -> tuple[str, str]:
    """The kind and theme that the address asks for; unknown ones are as if absent."""
    kind, theme = request.GET.get("kind", ""), request.GET.get("theme", "")
    return kind if kind in registry.kinds() else "", theme if theme in THEMES else ""


def moment_of(text: str) -> datetime | None:
    """A moment as pages write it (ISO 8601 with its zone); None for anything else."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
