"""Addresses of the installed app. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import installed

GET = ("GET",)

SITE: list[Route] = [
    route("app.webmanifest", installed.show_manifest, ability="site.visit", name="manifest", methods=GET),
    route("brand/app/<str:name>", installed.show_icon, ability="site.visit", name="app_icon", methods=GET),
    route("sw.js", installed.show_worker, ability="site.visit", name="worker", methods=GET),
    route("offline/", installed.show_offline, ability="site.visit", name="offline", methods=GET),
]
