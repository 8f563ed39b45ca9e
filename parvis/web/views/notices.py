"""The bell: what concerns the reader, newest first. Not here: who is told what (attention.actions)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.reading import notices_of, see_everything
from parvis.toolkit.pages import go, page


def show_notices(request: HttpRequest) -> HttpResponse:
    """The list; opening a thing clears its notices, so this page changes nothing."""
    return page(request, "web/notifications.html", notices=notices_of(request.viewer))


def see_all(request: HttpRequest) -> HttpResponse:
    """Marks everything as seen."""
    see_everything(by=request.viewer)
    return go(request, "/notifications/", _("All caught up."))
