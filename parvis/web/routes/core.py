"""Addresses of the home stream and of any contribution. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import home, things

SITE: list[Route] = [
    route("", home.show_home, ability="site.use", name="home"),
    route("stream/newer/", home.count_newer, ability="site.use", name="newer", methods=("GET",)),
]
THING: list[Route] = [
    route("", things.go_to_thing, ability="contribution.read", name="go", methods=("GET",)),
]
