"""The shell's addresses, each with the ability it needs. Not here: tools' addresses (their own urls.py)."""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from parvis.toolkit.routing import Route, route, site_urls, space_urls, thing_urls
from parvis.web.views import home, things

SITE: list[Route] = [
    route("", home.show_home, ability="site.use", name="home"),
    route("stream/newer/", home.count_newer, ability="site.use", name="newer"),
]

SPACE: list[Route] = []

THING: list[Route] = [
    route("", things.go_to_thing, ability="contribution.read", name="go"),
]


def shell_urls() -> list[Any]:
    """Everything that isn't a tool's."""
    return [
        *site_urls(SITE),
        path("c/<slug:slug>/", include(space_urls(SPACE))),
        path("go/<key:key>/", include(thing_urls(THING))),
    ]
