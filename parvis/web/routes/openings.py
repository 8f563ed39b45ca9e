"""Addresses of a community's opening plan: for its members, and in its hosts' room. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import openings

SPACE: list[Route] = [
    route("openings/", openings.show_plan, ability="space.read", name="openings", methods=("GET",)),
    route("host/openings/", openings.list_plans, ability="space.host", name="host_openings"),
    route("host/openings/<key:opening>/", openings.edit_plan, ability="space.host", name="host_opening"),
    route(
        "host/openings/<key:opening>/<slug:act>/",
        openings.act_on_plan,
        ability="space.host",
        name="host_opening_act",
        methods=("POST",),
    ),
]
