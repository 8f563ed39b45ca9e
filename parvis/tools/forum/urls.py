"""Addresses of the forum. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.forum import views, views_acts, views_ideas

GET = ("GET",)
POST = ("POST",)

space_routes = [
    route("", views.list_topics, ability="space.read", name="index", methods=GET),
    route("categories/", views.edit_categories, ability="forum.arrange", name="categories"),
    route(
        "categories/<key:category>/",
        views.change_category,
        ability="forum.arrange",
        name="category",
        methods=POST,
    ),
]

thing_routes = [
    route("", views.show, ability="contribution.read", name="topic", methods=GET),
    route("accept/<key:reply>/", views_acts.accept, ability="forum.accept", name="accept", methods=POST),
    route("unaccept/", views_acts.take_back_answer, ability="forum.accept", name="unaccept", methods=POST),
    route("conclude/", views_acts.conclude, ability="forum.conclude", name="conclude"),
    route("close/", views_acts.close, ability="forum.close", name="close"),
    route("reopen/", views_acts.reopen, ability="forum.close", name="reopen", methods=POST),
    route("sort/", views_acts.sort_topic, ability="forum.sort", name="sort"),
    route("move/", views_acts.move, ability="contribution.move", name="move"),
    route("split/", views_acts.split, ability="contribution.move", name="split"),
    route("ideas/", views_ideas.add_idea, ability="contribution.reply", name="add_idea"),
    route(
        "ideas/similar/",
        views_ideas.list_similar,
        ability="contribution.read",
        name="similar_ideas",
        methods=GET,
    ),
    route("ideas/group/", views_ideas.group, ability="forum.group", name="group_ideas"),
    route("points/", views_ideas.give, ability="contribution.reply", name="give", methods=POST),
    route("retain/", views_ideas.retain, ability="forum.retain", name="retain"),
    route("release/", views_ideas.release, ability="forum.retain", name="release", methods=POST),
]
