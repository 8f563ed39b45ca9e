"""Pages of the forum. Not here: the composer and the acts common to all contributions (the shell)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from parvis.contributions import stream
from parvis.contributions.models import Contribution
from parvis.kernel.pagination import parse_cursor
from parvis.spaces.models import Space
from parvis.toolkit.cards import draw
from parvis.toolkit.pages import page
from parvis.toolkit.reading import contribution_page


def list_topics(request: HttpRequest, space: Space) -> HttpResponse:
    """The topics of a community, last active first."""
    found = stream.of_space(
        space, request.viewer, order="activity", kind="topic", after=parse_cursor(request.GET.get("after", ""))
    )
    return page(request, "forum/index.html", cards=draw(found.rows, request.viewer), next=found.next)


def show_topic(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    """A topic with its replies."""
    return contribution_page(request, contribution, "forum/topic.html", topic=contribution.topic)
