"""Pages of shared pages: the tree by levels, one page, what to begin from. Not here: acts (views_acts), older versions
(views_history)."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.attention.opening import contribution_page
from parvis.contributions.kinds import installed_kinds
from parvis.contributions.models import Contribution
from parvis.kernel.ids import decode, encode
from parvis.spaces.models import Space
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.tools.pages import approving, beginning, reading, showing


def list_top(request: Request, space: Space) -> HttpResponse:
    """The pages of a community: its top level, each with the first of those below it; what changed last."""
    return _level(request, space, None)


def list_under(request: Request, space: Space, parent: int) -> HttpResponse:
    """Everything under one page, when it is more than fits beside it."""
    return _level(request, space, reading.find_line(space, parent))


def _level(request: Request, space: Space, parent: object) -> HttpResponse:
    after = key_of(request.GET.get("after", ""))
    key = getattr(parent, "id", None)
    rows, following = reading.list_level(space, key, after=after)
    path = f"{space.url}pages/" + (f"under/{encode(key)}/" if key else "")
    return page(
        request,
        "pages/index.html",
        parent={"title": parent.title, "url": showing.page_url(key)} if key else None,  # type: ignore[attr-defined]
        parent_key=encode(key) if key else "",
        lines=[showing.level_line(row) for row in rows],
        latest=reading.latest(space) if not after and not key else [],
        next=f"{path}?after={encode(following)}" if following else "",
        base=f"{space.url}pages/",
        page_url=showing.page_url,
    )


def key_of(text: str) -> int:
    """A key as an address or a form says it; 0 for anything else."""
    try:
        return decode(text)
    except ValueError:
        return 0


def show(request: Request, contribution: Contribution) -> HttpResponse:
    """A page: its text with its contents, the tree around it, what leads to it, its comments."""
    row = reading.read_page(contribution, request.viewer, installed_kinds())
    shared = showing.describe(contribution, row, request.viewer, request.abilities)
    approval = approving.standing(contribution, approving.last_edition(contribution, row), request.viewer)
    number = approval.shown_number(wants_work="work" in request.GET)
    # The spine bears the approved version, or, where there is none, the last.
    is_other = approval.has_work or number != row.version
    older = reading.draw_older(contribution, number) if is_other else {}
    return contribution_page(
        request,
        contribution,
        "pages/page.html",
        shared={**shared, **showing.as_of(older, sees_all=approval.may_see_work)} if older else shared,
        approval=approval,
        shown_number=number,
        **({"body_html": older["html"]} if older else {}),
        tree=showing.tree(contribution, row),
        trail=showing.trail(contribution.space, row.above),
        contents=showing.contents,
        is_comments=True,
    )


def choose_model(request: Request, space: Space) -> HttpResponse:
    """What a new page may begin from."""
    parent = request.GET.get("in", "")
    models = [
        {"slug": encode(row.id), "label": row.title, "promise": row.excerpt[:140], "icon": "book-copy"}
        for row in reading.models_of(space)
    ]
    return page(
        request,
        "pages/models.html",
        space=space,
        shipped=beginning.shipped(request.LANGUAGE_CODE),
        models=models,
        parent_key=parent if key_of(parent) else "",
        base=f"{space.url}pages/",
    )
