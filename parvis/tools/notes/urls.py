"""Addresses of notes. Not here: the views."""

from __future__ import annotations

from parvis.tools.notes import views
from parvis.toolkit.routing import route

thing_routes = [route("", views.show_note, ability="contribution.read", name="note", methods=("GET",))]
