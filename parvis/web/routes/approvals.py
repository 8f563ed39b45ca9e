"""Addresses of approvals: upon any contribution whose versions can be approved, and a community's overview. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import approvals

GET, POST = ("GET",), ("POST",)

SPACE: list[Route] = [
    route(
        "host/approvals/", approvals.list_here, ability="space.host", name="community_approvals", methods=GET
    ),
]

THING: list[Route] = [
    route("approval/", approvals.show_history, ability="contribution.read", name="approval", methods=GET),
    route("approval/ask/", approvals.ask, ability="approval.ask", name="approval_ask"),
    route(
        "approval/answer/",
        approvals.answer,
        ability="approval.answer",
        name="approval_answer",
        methods=POST,
    ),
    route(
        "approval/withdraw/",
        approvals.withdraw,
        ability="approval.ask",
        name="approval_withdraw",
        methods=POST,
    ),
    route("approval/replace/", approvals.replace, ability="approval.ask", name="approval_replace"),
]
