"""Pages of polls: the lists, a poll, who voted what, its table; voting. Not here: what leads a poll (views_acts)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.opening import contribution_page
from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.kernel.pagination import parse_cursor
from parvis.spaces.models import Space
from parvis.toolkit.cards import author_of
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.tools.polls import actions, reading, showing
from parvis.tools.polls.export import result_csv, said_in_words


def list_open(request: Request) -> HttpResponse:
    """The open polls of all the reader's communities: those that wait for a vote first."""
    lines = [showing.line_of(row) for row in reading.open_polls(request.viewer)]
    return page(
        request,
        "polls/open.html",
        waiting=[line for line in lines if not line["has_voted"]],
        answered=[line for line in lines if line["has_voted"]],
    )


def list_polls(request: Request, space: Space) -> HttpResponse:
    """The polls of a community, open or closed."""
    closed = request.GET.get("state") == "closed"
    after = parse_cursor(request.GET.get("after", ""))
    rows, following = reading.list_polls(space, request.viewer, closed=closed, after=after)
    lines = [showing.line_of(row) for row in rows]
    return page(request, "polls/index.html", lines=lines, next=following, closed=closed, path=request.path)


def show(request: Request, contribution: Contribution) -> HttpResponse:
    """A poll: voting, its result, what was decided, its replies."""
    return _poll_page(request, contribution, found(contribution, request))


def found(contribution: Contribution, request: Request) -> Any:
    """The poll's own row. Raises NotFound."""
    row = reading.read_poll(contribution, request.viewer)
    if row is None:
        raise NotFound
    return row


def _poll_page(
    request: Request, contribution: Contribution, row: Any, error: Refused | None = None
) -> HttpResponse:
    field = error.field if error else ""
    is_vote = error is not None and field != "text"
    poll = showing.describe(
        row,
        request.abilities,
        typed=showing.typed_in(row, request.POST) if is_vote else None,
        error=error.sentence if error and is_vote else "",
    )
    poll["adding"] = request.POST.get("text", "") if error and not is_vote else ""
    poll["adding_error"] = error.sentence if error and not is_vote else ""
    return contribution_page(
        request,
        contribution,
        "polls/poll.html",
        status=422 if error else 200,
        poll=poll,
        poll_html=showing.draw(poll, is_inside=False),
        host_url=f"/go/{encode(contribution.part_of_id)}/" if contribution.part_of_id else "",
    )


def vote(request: Request, contribution: Contribution) -> HttpResponse:
    """One vote; refused, it comes back on the poll's page as it was."""
    row = found(contribution, request)
    try:
        actions.vote(contribution, showing.marks_in(row, request.POST), by=request.viewer)
    except Refused as refusal:
        return _poll_page(request, contribution, row, refusal)
    sentence = _("Your vote is changed.") if row.has_voted else _("Your vote is in. Thank you!")
    return go(request, _where(contribution), sentence)


def suggest(request: Request, contribution: Contribution) -> HttpResponse:
    """One more choice."""
    try:
        actions.suggest_choice(contribution, request.POST.get("text", ""), by=request.viewer)
    except Refused as refusal:
        return _poll_page(request, contribution, found(contribution, request), refusal)
    return go(request, _where(contribution), _("Added: everybody may vote for it now."))


def _where(contribution: Contribution) -> str:
    """Where the poll is read: inside what holds it, or on its own page."""
    if contribution.part_of_id is None:
        return f"/polls/{contribution.key}/"
    return f"/go/{encode(contribution.part_of_id)}/#poll-{contribution.key}"


def show_voters(request: Request, contribution: Contribution) -> HttpResponse:
    """Who voted what in a named poll, for those who see its result."""
    row = _told(request, contribution)
    if row.is_secret:
        raise NotFound
    people = [
        {"author": author_of(one), "said": said_in_words(row.method, one.said)}
        for one in reading.voters_of(contribution)
    ]
    return page(request, "polls/voters.html", contribution=contribution, people=people, poll=row)


def export(request: Request, contribution: Contribution) -> HttpResponse:
    """The result as a table, with people's choices when the poll is named."""
    row = _told(request, contribution)
    voters = () if row.is_secret else reading.voters_of(contribution, limit=100_000)
    response = HttpResponse(result_csv(row, voters), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_("poll")}-{contribution.key}.csv"'
    return response


def _told(request: Request, contribution: Contribution) -> Any:
    """The poll, where the reader sees its result. Raises NotFound, Refused with when it will be."""
    row = found(contribution, request)
    if not showing.sees_result(row):
        raise Refused(showing.why_not(row))
    return row
