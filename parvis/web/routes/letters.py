"""Addresses of letters: choosing them, seeing the next one, stopping them. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import letters

GET, POST = ("GET",), ("POST",)

SITE: list[Route] = [
    route("mail/stop/<str:token>/", letters.stop_letters, ability="site.visit", name="mail_stop"),
    route("settings/mail/", letters.choose, ability="site.use", name="mail_settings", methods=POST),
    route("settings/mail/next/", letters.show_next, ability="site.use", name="mail_next", methods=GET),
    route(
        "settings/mail/next/letter/",
        letters.show_next_letter,
        ability="site.use",
        name="mail_next_letter",
        methods=GET,
    ),
    route("admin/letters/", letters.edit_network, ability="site.administer", name="admin_letters"),
    route(
        "admin/letters/sample/",
        letters.show_sample,
        ability="site.administer",
        name="admin_letters_sample",
        methods=GET,
    ),
]
SPACE: list[Route] = [
    route("host/letters/", letters.edit_place, ability="space.host", name="host_letters"),
]
