"""Coming back: how far one read, what changed since, what to be reminded of. Not here: what is done (returning)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.kernel.ids import decode
from parvis.returning import reading_marks
from parvis.toolkit.pages import back, go
from parvis.toolkit.request import Request
from parvis.toolkit.routing import thing_path


def mark_read(request: Request, contribution: Contribution) -> HttpResponse:
    """The page's script says what stood in view; a button says "all of it"."""
    if request.POST.get("all"):
        reading_marks.mark_all(contribution, by=request.viewer)
        return go(request, back(request, thing_path(contribution)), _("Everything here is marked as read."))
    until = reading_marks.mark_shown(contribution, _keys(request.POST.get("shown", "")), by=request.viewer)
    return JsonResponse({"until": until.isoformat()})


def _keys(text: str) -> list[int]:
    """The keys of replies that a script names; what isn't one is left out."""
    found = []
    for word in text.split():
        try:
            found.append(decode(word))
        except ValueError:
            continue
    return found
