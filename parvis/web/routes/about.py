"""Addresses of help, of what the network says of itself, and of one's own menu. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import about

GET = ("GET",)

SITE: list[Route] = [
    route("about/", about.show_about, ability="site.visit", name="about", methods=GET),
    route("about/legal/", about.show_legal, ability="site.visit", name="legal", methods=GET),
    route(
        "about/accessibility/",
        about.show_accessibility,
        ability="site.visit",
        name="accessibility",
        methods=GET,
    ),
    route("about/charter/", about.show_charter, ability="site.use", name="charter", methods=GET),
    route("about/data/", about.show_stored, ability="site.use", name="stored", methods=GET),
    route("about/never/", about.show_refusals, ability="site.visit", name="never", methods=GET),
    route("help/", about.show_help, ability="site.use", name="help", methods=GET),
    route("help/keys/", about.show_keys, ability="site.use", name="keys", methods=GET),
    route("me/", about.show_me, ability="site.use", name="me", methods=GET),
]
