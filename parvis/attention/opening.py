"""Opening the page of any contribution: its text, marks and replies, read and remembered. Kinds add their own context.

Not here: the kind's own template (its tool) and the acts on it (the shell).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.approvals.reading import Standing
from parvis.attention.actions import clear, read_thread
from parvis.contributions.link_cards import card_of
from parvis.contributions.models import Contribution
from parvis.toolkit import registry
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.toolkit.spec import Act
from parvis.toolkit.threads import state_sentence, thread_context

# last_activity_at moves once a minute at most (contributions.replies): a mark within it may be too early.
GRACE = timedelta(minutes=1)

# A browser whose script tells what stood in view for some seconds says so for a day (static/js/marks.js): for it, to open
# is not to have read. One without script can't tell, so that what it opens is taken as read.
TELLS = "marks"


def contribution_page(
    request: Request,
    contribution: Contribution,
    template: str,
    *,
    accepted_id: int | None = None,
    accept_at: str = "",
    beside: Callable[[Any], str] | None = None,
    held: str = "",
    **context: Any,
) -> HttpResponse:
    """Draws the page, which clears the notices about it; what is read of it, its script tells (else all of it)."""
    kind = registry.kinds()[contribution.kind][1]
    asks = ask_act(contribution, context.get("approval"), request.abilities)
    full = {
        "contribution": contribution,
        "kind": kind,
        "author": contribution.author,
        "space": contribution.space,
        "tags": contribution.tag_rows,
        "marks": contribution.marks,
        "state_sentence": state_sentence(contribution),
        "base": f"/go/{contribution.key}/",
        "link_card": card_of(contribution, request.viewer),
        "near": [
            one
            for tool in registry.tools()
            for one in tool.near(contribution, request.viewer, request.abilities)
        ]
        + asks,
        "inside": [
            one
            for tool in registry.tools()
            for one in tool.inside(contribution, request.viewer, request.abilities)
        ],
        "remarks": [one for tool in registry.tools() for one in tool.remarks(contribution, request.viewer)],
        "answer_to": request.GET.get("answer", ""),
        **thread_context(
            request,
            contribution,
            accepted_id=accepted_id,
            accept_at=accept_at,
            beside=beside,
            body=context.pop("body_html", None),
            held=held,
        ),
        **context,
    }
    response = page(request, template, **full)
    if contribution.is_published and has_news(contribution):
        if TELLS in request.COOKIES:
            clear(contribution.id, by=request.viewer)
        else:
            read_thread(contribution, by=request.viewer)
    elif context.get("approval") is not None or getattr(request.viewer, "unread_count", 0):
        clear(contribution.id, by=request.viewer)  # thanks, approvals and reminders don't move the thread
    return response


def ask_act(contribution: Contribution, standing: Standing | None, can: frozenset[str]) -> list[Act]:
    """Asking for approval, under the text of what was never put before anybody; later its panel offers it."""
    is_new = standing is not None and not standing.reviews
    if not is_new or "approval.ask" not in can or not contribution.is_published:
        return []
    return [Act(_("Ask for approval"), "signature", f"/go/{contribution.key}/approval/ask/")]


def has_news(contribution: Contribution) -> bool:
    """Whether the reader's mark is older than the last thing that happened: else there is nothing to write."""
    until = contribution.marks.read_until
    return (
        until is None
        or contribution.last_activity_at is None
        or until <= contribution.last_activity_at + GRACE
    )
