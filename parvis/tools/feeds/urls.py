"""Addresses of the feeds. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.feeds import views, views_acts, views_shelf

GET = ("GET",)
POST = ("POST",)

site_routes = [
    route("", views.show_mine, ability="site.use", name="mine", methods=GET),
    route("directory/", views.show_directory, ability="site.use", name="directory", methods=GET),
    route("sources/", views_shelf.own_sources, ability="site.use", name="sources"),
    route("letters/", views_shelf.own_letters, ability="site.use", name="letters", methods=POST),
    route("sources.opml", views_shelf.own_list, ability="site.use", name="opml", methods=GET),
    route("import/", views_shelf.own_import, ability="site.use", name="import", methods=POST),
    route(
        "sources/<key:source>/<slug:act>/",
        views_shelf.own_act,
        ability="site.use",
        name="source_act",
        methods=POST,
    ),
    route("words/", views_shelf.words, ability="site.use", name="words"),
    route(
        "words/<key:word>/remove/",
        views_shelf.drop_word,
        ability="site.use",
        name="word_remove",
        methods=POST,
    ),
    route("read/", views_acts.read_all_mine, ability="site.use", name="read_all", methods=POST),
    route("bulletin/", views_acts.bulletin, ability="site.use", name="bulletin"),
    route("items/<key:item>/", views.show_item, ability="site.use", name="item", methods=GET),
    route(
        "items/<key:item>/pictures/<int:number>/",
        views.show_picture,
        ability="site.use",
        name="picture",
        methods=GET,
    ),
    route("items/<key:item>/read/", views_acts.mark, ability="site.use", name="mark", methods=POST),
    route("items/<key:item>/bring/", views_acts.bring, ability="site.use", name="bring"),
]

space_routes = [
    route("", views.show_shelf, ability="space.read", name="index", methods=GET),
    route("read/", views_acts.read_all_here, ability="space.read", name="read_here", methods=POST),
    route("home/", views_shelf.set_at_home, ability="space.read", name="at_home", methods=POST),
    route("sources/", views_shelf.space_sources, ability="feeds.curate", name="space_sources"),
    route("letters/", views_shelf.space_letters, ability="feeds.curate", name="space_letters", methods=POST),
    route("sources.opml", views_shelf.space_list, ability="space.read", name="space_opml", methods=GET),
    route("import/", views_shelf.space_import, ability="feeds.curate", name="space_import", methods=POST),
    route(
        "sources/<key:source>/<slug:act>/",
        views_shelf.space_act,
        ability="feeds.curate",
        name="space_act",
        methods=POST,
    ),
]
