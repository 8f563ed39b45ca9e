"""Registers the `notes` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "parvis.tools.notes"
    label = "notes"
