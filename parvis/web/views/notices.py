"""The bell: what concerns the reader, newest first. Not here: who is told what (attention.actions)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.reading import notices_of, see_everything
from parvis.kernel.ids import decode, encode
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request


def show_notices(request: Request) -> HttpResponse:
    """The list; opening a thing clears its notices, so this page changes nothing."""
    only_unseen = request.GET.get("show") == "unseen"
    bell = notices_of(request.viewer, only_unseen=only_unseen, before=_key(request.GET.get("before", "")))
    return page(
        request,
        "web/notifications.html",
        lines=bell.lines,
        next=encode(bell.next) if bell.next else "",
        only_unseen=only_unseen,
    )


def _key(text: str) -> int:
    try:
        return decode(text)
    except ValueError:
        return 0


def see_all(request: Request) -> HttpResponse:
    """Marks everything as seen."""
    see_everything(by=request.viewer)
    return go(request, "/notifications/", _("All caught up."))
