"""Addresses of documents. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.documents import views, views_acts, views_files, views_incoming

GET = ("GET",)
POST = ("POST",)

site_routes = [route("", views.list_mine, ability="site.use", name="mine", methods=GET)]
space_routes = [
    route("", views.list_top, ability="space.read", name="index", methods=GET),
    route("folders/<key:folder>/", views.list_inside, ability="space.read", name="folder", methods=GET),
    route("zip/", views_files.archive, ability="space.read", name="zip", methods=GET),
    route("upload/", views_acts.bring, ability="space.post", name="upload", methods=POST),
    route(
        "incoming/",
        views_incoming.create,
        ability="space.post",
        name="begin_incoming",
        methods=("OPTIONS", "POST"),
    ),
    route(
        "incoming/<key:upload>/",
        views_incoming.one,
        ability="space.post",
        name="incoming",
        methods=("HEAD", "PATCH", "DELETE"),
    ),
    route("new-folder/", views_acts.new_folder, ability="space.post", name="new_folder"),
    route("folders/<key:folder>/edit/", views_acts.edit_folder, ability="space.post", name="edit_folder"),
    route("bin/", views_acts.community_bin, ability="space.host", name="bin"),
    route("link/", views_acts.new_link, ability="space.post", name="link"),
    route("models/", views_acts.from_model, ability="space.post", name="models"),
]
thing_routes = [
    route("", views.show, ability="contribution.read", name="document", methods=GET),
    route("versions/", views.show_versions, ability="contribution.read", name="versions", methods=GET),
    route("file/<int:number>/", views_files.download, ability="contribution.read", name="file", methods=GET),
    route("play/<int:number>/", views_files.play, ability="contribution.read", name="play", methods=GET),
    route(
        "page/<int:number>/<int:page>/",
        views_files.page_image,
        ability="contribution.read",
        name="page",
        methods=GET,
    ),
    route("version/", views_acts.bring_version, ability="documents.change", name="version", methods=POST),
    route("restore/", views_acts.restore, ability="documents.change", name="restore_version", methods=POST),
    route("lock/", views_acts.lock, ability="documents.change", name="lock", methods=POST),
    route("unlock/", views_acts.unlock, ability="documents.change", name="unlock", methods=POST),
    route("model/", views_acts.model, ability="documents.change", name="model", methods=POST),
    route("arrange/", views_acts.arrange, ability="documents.change", name="arrange"),
    route("move/", views_acts.move, ability="contribution.move", name="move"),
    route("copy/", views_acts.copy, ability="contribution.read", name="copy"),
]
