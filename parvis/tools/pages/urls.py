"""Addresses of shared pages. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.pages import views, views_acts, views_history

GET = ("GET",)
POST = ("POST",)

space_routes = [
    route("", views.list_top, ability="space.read", name="index", methods=GET),
    route("under/<key:parent>/", views.list_under, ability="space.read", name="under", methods=GET),
    route("models/", views.choose_model, ability="space.post", name="models", methods=GET),
    route("new/", views_acts.new_page, ability="space.post", name="new"),
]
thing_routes = [
    route("", views.show, ability="contribution.read", name="page", methods=GET),
    route("edit/", views_acts.edit, ability="pages.write", name="edit"),
    route("take/", views_acts.take, ability="pages.write", name="take", methods=POST),
    route("leave/", views_acts.leave, ability="pages.write", name="leave", methods=POST),
    route("history/", views_history.show_history, ability="contribution.read", name="history", methods=GET),
    route(
        "history/<int:number>/",
        views_history.show_version,
        ability="contribution.read",
        name="version",
        methods=GET,
    ),
    route("pdf/", views_history.download_pdf, ability="contribution.read", name="pdf", methods=GET),
    route("restore/", views_history.restore, ability="pages.write", name="restore_version", methods=POST),
    route("place/", views_acts.place, ability="pages.write", name="place"),
    route("step/", views_acts.step, ability="pages.write", name="step", methods=POST),
    route("protect/", views_acts.protect, ability="pages.protect", name="protect", methods=POST),
    route("model/", views_acts.model, ability="pages.write", name="model", methods=POST),
]
upon_routes = [
    route("", views_acts.make_page, ability="contribution.read", name="make", methods=POST),
]
