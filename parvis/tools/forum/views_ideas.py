"""Pages and posts on the ideas of a brainstorm: add, give points, group, merge, retain. Not here: the acts (ideas)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contributions.drafts import forget_draft
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.toolkit.pages import go, page
from parvis.tools.forum import ideas, reading, showing
from parvis.tools.forum.views_acts import address, form_page, require_ideas


def add_idea(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Adds an idea; refused, it comes back on a page of its own."""
    require_ideas(contribution)

    def act() -> HttpResponse:
        idea = ideas.add_idea(
            contribution,
            title=request.POST.get("title", ""),
            body=request.POST.get("body", ""),
            by=request.viewer,
        )
        forget_draft(request.viewer, showing.draft_place(contribution))
        return go(
            request,
            f"{address(contribution)}?idea={idea.key}#i-{idea.key}",
            _("Added. Now give your points to those you believe in."),
        )

    return form_page(
        request,
        "forum/add_idea.html",
        act,
        contribution=contribution,
        space=contribution.space,
        forum=address(contribution),
        urls=showing.idea_urls(contribution),
    )


def list_similar(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Ideas of the brainstorm that look like the title being typed; empty when none does."""
    rows = reading.ideas_alike(contribution, request.GET.get("q", ""))
    shown = [
        {"title": row.title, "url": f"/forum/{encode(row.id)}/", "replies": row.reply_count, "space": ""}
        for row in rows
    ]
    return page(request, "web/_similar.html", rows=shown) if shown else HttpResponse("")


def give(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """One point more or less on an idea; the script asks for JSON, a plain form gets the page again."""
    step = {"1": 1, "-1": -1}.get(request.POST.get("step", ""), 0)
    now = ideas.shift(contribution, step, by=request.viewer)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse(now)
    if request.GET.get("from") == "idea" or contribution.part_of_id is None:
        return go(request, address(contribution))
    order = request.GET.get("ideas", "")
    asked = f"ideas={order}&" if order in reading.IDEA_ORDERS else ""
    back = f"/forum/{encode(contribution.part_of_id)}/"
    return go(request, f"{back}?{asked}idea={contribution.key}#i-{contribution.key}")


def retain(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Retains an idea, with the reason."""
    idea = ideas.idea_of(contribution)

    def act() -> HttpResponse:
        ideas.retain(contribution, because=request.POST.get("because", ""), by=request.viewer)
        return go(
            request,
            address(contribution),
            _("Retained. Its author is told."),
            undo=f"{address(contribution)}release/",
        )

    stored = {"because": idea.retained_because}
    return form_page(request, "forum/retain.html", act, contribution=contribution, idea=idea, stored=stored)


def release(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Takes back that an idea was retained."""
    ideas.release(contribution, by=request.viewer)
    return go(request, address(contribution), _("No longer retained."))


def group(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """Ideas with a box each, to put under a heading or to merge; no dragging, so it works by keyboard."""
    require_ideas(contribution)
    rows = reading.list_ideas(contribution, request.viewer, "points")
    listed = [showing.describe_idea(row, may_vote=False) for row in rows]
    return form_page(
        request,
        "forum/group.html",
        lambda: _group(request, contribution),
        contribution=contribution,
        ideas=listed,
        groups=showing.grouped(listed),
        headings=sorted({row.cluster for row in rows if row.cluster}),
        chosen=request.POST.getlist("idea"),
    )


def _group(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    keys = _keys(request.POST.getlist("idea"))
    if request.POST.get("do") == "merge":
        into = _keys([request.POST["into"]]) if request.POST.get("into") else [0]
        target = ideas.merge_ideas(contribution, keys, into=into[0], by=request.viewer)
        return go(
            request,
            f"{address(contribution)}ideas/group/",
            _("Merged into “%(title)s”.") % {"title": target.contribution.title},
        )
    name = "" if request.POST.get("do") == "ungroup" else request.POST.get("name", "")
    if request.POST.get("do") != "ungroup" and not name.strip():
        raise Refused(_("Give the group a heading."), field="name")
    count = ideas.group_ideas(contribution, keys, name=name, by=request.viewer)
    sentence = ngettext("%(n)s idea moved.", "%(n)s ideas moved.", count) % {"n": count}
    return go(request, f"{address(contribution)}ideas/group/", sentence)


def _keys(typed: list[str]) -> list[int]:
    try:
        return [decode(text) for text in typed]
    except ValueError:
        raise NotFound from None
