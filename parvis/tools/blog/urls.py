"""Addresses of the blog. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.blog import views

space_routes = [route("", views.list_posts, ability="space.read", name="index", methods=("GET",))]
thing_routes = [
    route("", views.show_post, ability="contribution.read", name="post", methods=("GET",)),
    route(
        "comments/", views.switch_comments, ability="blog.set_comments", name="comments", methods=("POST",)
    ),
]
