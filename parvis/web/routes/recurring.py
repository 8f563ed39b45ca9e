"""Addresses of a community's recurring texts, in its hosts' room. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import recurring

SPACE: list[Route] = [
    route("host/recurring/", recurring.list_plans, ability="space.host", name="recurring"),
    route("host/recurring/<key:plan>/", recurring.edit_plan, ability="space.host", name="recurring_plan"),
    route(
        "host/recurring/<key:plan>/<slug:act>/",
        recurring.act_on_plan,
        ability="space.host",
        name="recurring_act",
        methods=("POST",),
    ),
]
