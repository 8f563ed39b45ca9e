"""Addresses of the forum. Not here: the views."""

from __future__ import annotations

from parvis.tools.forum import views
from parvis.toolkit.routing import route

space_routes = [route("", views.list_topics, ability="space.read", name="index", methods=("GET",))]
thing_routes = [route("", views.show_topic, ability="contribution.read", name="topic", methods=("GET",))]
