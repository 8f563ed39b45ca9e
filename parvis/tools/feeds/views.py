"""Reading: one's shelf, a community's, the directory, one item. Not here: acts (views_acts), shelves kept (views_shelf)."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.spaces.models import Space
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.tools.feeds import actions, at_home, pictures, reading, showing


def show_mine(request: Request) -> HttpResponse:
    """Everything on one's own shelf and on those of one's communities."""
    return page(request, "feeds/mine.html", **showing.shelf_context(request.viewer, request.GET))


def show_shelf(request: Request, space: Space) -> HttpResponse:
    """The shelf of a community."""
    context = showing.shelf_context(request.viewer, request.GET, space)
    is_at_home = at_home.has_shelf(space, request.viewer)
    return page(request, "feeds/index.html", space=space, is_at_home=is_at_home, **context)


def show_directory(request: Request) -> HttpResponse:
    """What open communities read."""
    rows = reading.directory(request.viewer)
    return page(request, "feeds/directory.html", rows=[(showing.encode(row.id), row) for row in rows])


def show_picture(request: Request, item: int, number: int) -> HttpResponse:
    """Our copy of a picture of an item, for whoever may read it."""
    return pictures.answer(item, number, request.viewer)


def show_item(request: Request, item: int) -> HttpResponse:
    """One item, to read: opened, it is read, as the thread of a contribution is."""
    row = reading.read_one(item, request.viewer)
    if not row.is_read:
        actions.note_opened(row, by=request.viewer)
    return page(request, "feeds/item.html", item={**showing.describe_full(row), "is_read": True})
