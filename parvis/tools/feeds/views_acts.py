"""Acts on items: read marks, bringing one to a community, a bulletin of several. Not here: reading pages (views)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from parvis.kernel.errors import NotAllowed, Refused
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.request import Request
from parvis.tools.feeds import actions, bringing, reading, showing


def mark(request: Request, item: int) -> HttpResponse:
    """Read, or to be read again."""
    is_read = request.POST.get("read", "1") == "1"
    actions.read_item(item, by=request.viewer, is_read=is_read)
    return go(request, back(request, "/feeds/"), _("Marked as read.") if is_read else _("Kept as unread."))


def read_all_mine(request: Request) -> HttpResponse:
    """Everything on one's shelves is read."""
    actions.read_all(by=request.viewer)
    return go(request, "/feeds/", _("Everything is marked as read."))


def read_all_here(request: Request, space: Space) -> HttpResponse:
    """Everything on a community's shelf is read, for oneself."""
    actions.read_all(space, by=request.viewer)
    return go(request, f"{space.url}feeds/", _("Everything is marked as read."))


def bring(request: Request, item: int) -> HttpResponse:
    """An item and one sentence become a topic or a post."""
    row, error = reading.read_one(item, request.viewer), None
    if request.method == "POST":
        try:
            made = _bring(request, item)
            return go(request, f"/go/{made.key}/", _("Brought to %(space)s.") % {"space": made.space.name})
        except (Refused, NotAllowed) as refusal:
            error = refusal
    return page(
        request, "feeds/bring.html", status=422 if error else 200, item=showing.describe(row), error=error,
        typed=request.POST, places=bringing.places_for(request.viewer), wanted=request.GET.get("space", ""),
    )  # fmt: skip


def _bring(request: Request, item: int) -> Any:
    given = request.POST
    return bringing.bring_item(
        item, given.get("space", ""), sentence=given.get("sentence", ""), role=given.get("role", "discussion"),
        by=request.viewer,
    )  # fmt: skip


def bulletin(request: Request) -> HttpResponse:
    """Ticked items, a line for each: a post, now a draft or at its date."""
    data, error = request.POST if request.method == "POST" else request.GET, None
    keys = [key for text in data.getlist("item") if (key := showing.key_of(text[:13]))]
    if request.method == "POST":
        try:
            made = _make_bulletin(request, keys)
            sentence = _("It will be published at its date.") if made.published_at else _("Kept as a draft.")
            return go(request, f"/go/{made.key}/", sentence)
        except (Refused, NotAllowed) as refusal:
            error = refusal
    items = [
        (encode(one.id), one, data.get(f"line_{encode(one.id)}", ""))
        for one in bringing.check_readable(keys, request.viewer)
    ]
    places = bringing.places_for(request.viewer)
    return page(
        request, "feeds/bulletin.html", status=422 if error else 200, items=items, error=error, typed=data, places=places
    )  # fmt: skip


def _make_bulletin(request: Request, keys: list[int]) -> Any:
    given = request.POST
    lines = [(key, given.get(f"line_{encode(key)}", "")) for key in keys]
    return bringing.make_bulletin(
        lines, given.get("space", ""), title=given.get("title", ""), opening=given.get("opening", ""),
        at=_moment(given.get("at", "")), by=request.viewer,
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    """A date and hour as the field sends them, in the reader's zone; none when nothing was typed. Raises Refused."""
    if not text.strip():
        return None
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("This isn't a date and an hour."), field="at")
    return timezone.make_aware(found) if timezone.is_naive(found) else found
