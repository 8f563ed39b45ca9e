"""What the author and the hosts do with a topic: accept, conclude, close, sort, move, split. Not here: the acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_reply
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.toolkit.pages import go, page
from parvis.tools.forum import actions, moving, reading, showing
from parvis.tools.forum.models import MODES, Category


def address(contribution: Contribution) -> str:
    """The page of a topic or an idea."""
    return f"/forum/{contribution.key}/"


def form_page(
    request: HttpRequest, template: str, act: Callable[[], HttpResponse], **context: Any
) -> HttpResponse:
    """GET shows a form; POST does the act; refused, the form comes back as it was typed."""
    error: Refused | None = None
    if request.method == "POST":
        try:
            return act()
        except Refused as refusal:
            error = refusal
    typed = request.POST if request.method == "POST" else context.pop("stored", {})
    context.pop("stored", None)
    return page(request, template, status=422 if error else 200, error=error, typed=typed, **context)


def accept(request: HttpRequest, contribution: Contribution, reply: int) -> HttpResponse:
    """Shows a reply as the answer, right under the question."""
    actions.accept(contribution, find_reply(contribution, reply), by=request.viewer)
    undo = f"{address(contribution)}unaccept/"
    return go(
        request,
        f"{address(contribution)}#accepted",
        _("Accepted: it stands right under the question now."),
        undo=undo,
    )


def take_back_answer(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """The question waits for an answer again."""
    actions.take_back_answer(contribution, by=request.viewer)
    return go(request, address(contribution), _("The question waits for an answer again."))


def conclude(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Writes, changes or takes away what was decided."""
    topic = actions.topic_of(contribution)

    def act() -> HttpResponse:
        actions.conclude(contribution, outcome=request.POST.get("outcome", ""), by=request.viewer)
        return go(request, address(contribution), _("Saved. Those who follow this topic are told."))

    stored = {"outcome": showing.with_names(topic.outcome)}
    return form_page(
        request, "forum/conclude.html", act, contribution=contribution, topic=topic, stored=stored
    )


def close(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Closes a topic with a reason."""
    topic = actions.topic_of(contribution)

    def act() -> HttpResponse:
        actions.close(contribution, because=request.POST.get("because", ""), by=request.viewer)
        return go(request, address(contribution), _("Closed."), undo=f"{address(contribution)}reopen/")

    stored = {"because": topic.closed_because}
    return form_page(request, "forum/close.html", act, contribution=contribution, topic=topic, stored=stored)


def reopen(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Lets people answer again."""
    actions.reopen(contribution, by=request.viewer)
    return go(request, address(contribution), _("Open again."))


def sort_topic(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Sets the kind of a topic and its shelf."""
    topic = actions.topic_of(contribution)

    def act() -> HttpResponse:
        actions.sort_topic(
            contribution,
            mode=request.POST.get("mode", ""),
            category=request.POST.get("category", ""),
            budget=request.POST.get("budget", ""),
            by=request.viewer,
        )
        return go(request, address(contribution), _("Saved."))

    shelves = [(encode(row.id), row.name) for row in Category.objects.filter(space=contribution.space)]
    stored = {
        "mode": topic.mode,
        "category": encode(topic.category_id) if topic.category_id else "",
        "budget": topic.budget,
    }
    return form_page(
        request,
        "forum/sort.html",
        act,
        contribution=contribution,
        shelves=shelves,
        modes=MODES,
        stored=stored,
    )


def move(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Takes a topic to another community, saying first what that changes."""
    actions.topic_of(contribution)
    came_from = contribution.space_id

    def act() -> HttpResponse:
        to = moving.find_place(request.POST.get("space", ""), request.viewer)
        moving.move_topic(contribution, to, by=request.viewer)
        return go(request, address(contribution), _("Moved to %(space)s.") % {"space": to.name})

    places = [
        {"value": place.slug, "label": place.name, "hint": moving.change_of_audience(contribution, place)}
        for place in moving.places_for(contribution, request.viewer)
        if place.id != came_from
    ]
    return form_page(request, "forum/move.html", act, contribution=contribution, places=places)


def split(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Splits replies off into a new topic, here or elsewhere."""
    actions.topic_of(contribution)

    def act() -> HttpResponse:
        chosen = moving.replies_chosen(contribution, request.POST.getlist("reply"))
        to = moving.find_place(request.POST.get("space", ""), request.viewer)
        opened = moving.split_topic(
            contribution, chosen, title=request.POST.get("title", ""), to=to, by=request.viewer
        )
        return go(request, address(opened), _("A new topic holds these replies."))

    places = moving.places_for(contribution, request.viewer)
    return form_page(
        request,
        "forum/split.html",
        act,
        contribution=contribution,
        rows=showing.split_rows(contribution),
        places=[(place.slug, place.name) for place in places],
        chosen=request.POST.getlist("reply"),
        change=[(place.name, moving.change_of_audience(contribution, place)) for place in places[1:]],
    )


def require_ideas(contribution: Contribution) -> None:
    """Only a brainstorm has ideas. Raises NotFound."""
    topic = reading.read_topic(contribution) if contribution.kind == "topic" else None
    if topic is None or topic.mode != "brainstorm":
        raise NotFound
