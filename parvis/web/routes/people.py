"""Addresses of the directory, of profiles, of the first visit and of the import of people. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import Route, route
from parvis.web.views import people, people_editing, people_import, people_json, people_welcome

GET, POST = ("GET",), ("POST",)

SITE: list[Route] = [
    route("people/", people.show_directory, ability="site.use", name="people", methods=GET),
    route("people/me/", people.show_me, ability="site.use", name="people_me", methods=GET),
    route(
        "people/suggest/", people_json.suggest_people, ability="site.use", name="suggest_people", methods=GET
    ),
    route("people/<key:person>/", people.show_person, ability="site.use", name="person", methods=GET),
    route("people/<key:person>/edit/", people_editing.edit_profile, ability="site.use", name="person_edit"),
    route(
        "people/<key:person>/follow/", people.follow, ability="site.use", name="person_follow", methods=POST
    ),
    route(
        "people/<key:person>/unfollow/",
        people.stop_following,
        ability="site.use",
        name="person_unfollow",
        methods=POST,
    ),
    route(
        "people/<key:person>/photo/<slug:part>",
        people.serve_photo,
        ability="site.use",
        name="photo",
        methods=GET,
    ),
    route(
        "people/<key:person>/portrait/",
        people_editing.change_photo,
        ability="site.use",
        name="photo_change",
        methods=POST,
    ),
    route(
        "people/<key:person>/portrait/remove/",
        people_editing.remove_photo,
        ability="site.use",
        name="photo_remove",
        methods=POST,
    ),
    route("welcome/", people_welcome.show_subjects, ability="site.use", name="welcome"),
    route(
        "welcome/communities/",
        people_welcome.show_communities,
        ability="site.use",
        name="welcome_communities",
    ),
    route("welcome/hello/", people_welcome.show_hello, ability="site.use", name="welcome_hello"),
    route("welcome/done/", people_welcome.finish, ability="site.use", name="welcome_done", methods=POST),
    route("admin/people/import/", people_import.show_import, ability="site.administer", name="people_import"),
]
