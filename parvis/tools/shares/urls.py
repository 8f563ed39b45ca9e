"""Addresses of shares. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.shares import views

thing_routes = [route("", views.show_share, ability="contribution.read", name="share", methods=("GET",))]
upon_routes = [route("", views.make_share, ability="contribution.share", name="make")]
