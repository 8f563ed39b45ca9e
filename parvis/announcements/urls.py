"""Addresses of announcements, upon any contribution. Not here: the views."""

from __future__ import annotations

from parvis.announcements import views
from parvis.toolkit.routing import route

upon_routes = [
    route("", views.announce, ability="announcements.announce", name="announce"),
    route("end/", views.end, ability="announcements.announce", name="end", methods=("POST",)),
    route("press/", views.press, ability="contribution.mark", name="press", methods=("POST",)),
    route("people/", views.list_people, ability="announcements.list", name="people", methods=("GET",)),
]
