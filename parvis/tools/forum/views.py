"""Pages of the forum: its list, a topic, an idea, its shelves. Not here: acts on a topic (views_acts), ideas (views_ideas)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from parvis.attention.opening import contribution_page
from parvis.contributions.models import Contribution
from parvis.kernel.errors import Refused
from parvis.kernel.ids import encode
from parvis.kernel.pagination import parse_cursor
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.tools.forum import categories, moving, reading, showing
from parvis.tools.forum.models import Category


def list_topics(request: HttpRequest, space: Space) -> HttpResponse:
    """The topics of a community: filters and order stand in the address."""
    wanted = showing.wanted_of(request.GET)
    rows, following = reading.list_topics(
        space, request.viewer, wanted, parse_cursor(request.GET.get("after", ""))
    )
    context = showing.index_context(space, request.viewer, wanted, rows, request.path)
    return page(request, "forum/index.html", next=following, **context)


def show(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """A topic or an idea with its replies; a reply that has moved leads where it is now."""
    moved_to = moving.where_is(request.GET.get("reply", ""), contribution, request.viewer)
    if moved_to:
        return HttpResponseRedirect(moved_to)
    if contribution.kind == "idea":
        return contribution_page(
            request, contribution, "forum/idea.html", **showing.idea_context(request, contribution)
        )
    return contribution_page(
        request, contribution, "forum/topic.html", **showing.topic_context(request, contribution)
    )


def edit_categories(request: HttpRequest, space: Space) -> HttpResponse:
    """The shelves of the forum, for its hosts; POST adds one."""
    error = None
    if request.method == "POST":
        try:
            categories.add_category(space, request.POST.get("name", ""), by=request.viewer)
            return go(request, request.path, _("Category added."))
        except Refused as refusal:
            error = refusal
    return _categories_page(request, space, error)


def _categories_page(
    request: HttpRequest, space: Space, error: Refused | None, wrong: int = 0
) -> HttpResponse:
    return page(
        request,
        "forum/categories.html",
        status=422 if error else 200,
        error=error,
        wrong=wrong,
        rows=[(encode(row.id), row) for row in reading.categories_of(space)],
        name=request.POST.get("name", ""),
        base=f"{space.url}forum/categories/",
    )


def change_category(request: HttpRequest, space: Space, category: int) -> HttpResponse:
    """Renames, shifts or removes one shelf."""
    row = categories.find_category(space, category)
    try:
        sentence = _change(row, request.POST.get("do", ""), request.POST.get("name", ""), request)
    except Refused as refusal:
        return _categories_page(request, space, refusal, wrong=category)
    return go(request, f"{space.url}forum/categories/", sentence)


def _change(row: Category, act: str, name: str, request: HttpRequest) -> str:
    if act in ("up", "down"):
        categories.shift_category(row, up=act == "up", by=request.viewer)
        return _("Category moved.")
    if act == "remove":
        categories.remove_category(row, by=request.viewer)
        return _("Removed. Its topics stay, without a category.")
    categories.rename_category(row, name, by=request.viewer)
    return _("Category renamed.")
