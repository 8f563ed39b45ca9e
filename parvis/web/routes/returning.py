"""Addresses of coming back: read marks, what changed, reminders. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import returning

SITE: list[Route] = [
    route("since/", returning.show_changes, ability="site.use", name="since", methods=("GET",)),
    route("since/catch-up/", returning.catch_up, ability="site.use", name="catch_up"),
    route(
        "since/catch-up/<key:moment>/",
        returning.take_back,
        ability="site.use",
        name="catch_up_back",
        methods=("POST",),
    ),
]
THING: list[Route] = [
    route("remind/", returning.remind, ability="contribution.mark", name="remind"),
    route("read/", returning.mark_read, ability="contribution.mark", name="mark_read", methods=("POST",)),
]
