"""Pages of the blog. Not here: the composer, the edit page and the acts common to all contributions (the shell)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.opening import contribution_page
from parvis.contributions.models import Contribution
from parvis.kernel.pagination import parse_cursor
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.blog import reading
from parvis.tools.blog.actions import set_comments


def list_posts(request: Request, space: Space) -> HttpResponse:
    """A blog: its latest article large, then the others; a person's own one with its name, promise and followers."""
    after = parse_cursor(request.GET.get("after", ""))
    posts, following = reading.posts_of(space, request.viewer, after=after)
    followers, my_level = reading.followers_of(space, request.viewer) if space.is_personal else (0, None)
    is_first = after is None
    waiting = (
        reading.waiting_of(space, request.viewer) if is_first and "space.post" in request.abilities else []
    )
    return page(
        request,
        "blog/index.html",
        space=space,
        first=posts[0] if posts and is_first else None,
        others=posts[1:] if is_first else posts,
        next=following,
        waiting=waiting,
        followers=followers,
        my_level=my_level,
        owner=space.owner if space.is_personal else None,
        is_own=space.owner_id == request.viewer.id,
    )


def show_post(request: Request, contribution: Contribution) -> HttpResponse:
    """A post with its comments."""
    return contribution_page(
        request,
        contribution,
        "blog/post.html",
        cover_url=reading.cover_url(contribution),
        minutes=contribution.card.get("minutes") or 1,
        around=reading.around(contribution, request.viewer),
        is_own=contribution.author_id == request.viewer.id,
        is_comments=True,
    )


def switch_comments(request: Request, contribution: Contribution) -> HttpResponse:
    """Opens or closes the comments."""
    are_open = request.POST.get("comments") == "open"
    set_comments(contribution, are_open, by=request.viewer)
    sentence = _("Comments are open again.") if are_open else _("Comments are closed. Those written stay.")
    return go(request, f"/blog/{contribution.key}/", sentence)
