"""Addresses of notes. Not here: the views."""

from __future__ import annotations

from parvis.toolkit.routing import route
from parvis.tools.notes import views

thing_routes = [route("", views.show_note, ability="contribution.read", name="note", methods=("GET",))]
