"""Addresses of notifications on devices. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import pushing

POST = ("POST",)

SITE: list[Route] = [
    route("settings/push/", pushing.add, ability="site.use", name="push_add", methods=POST),
    route(
        "settings/push/<key:device>/", pushing.change, ability="site.use", name="push_change", methods=POST
    ),
    route(
        "settings/push/<key:device>/remove/",
        pushing.remove,
        ability="site.use",
        name="push_remove",
        methods=POST,
    ),
    route("admin/push/", pushing.edit_network, ability="site.administer", name="admin_push"),
    route(
        "admin/push/key/", pushing.change_key, ability="site.administer", name="admin_push_key", methods=POST
    ),
]
