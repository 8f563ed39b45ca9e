"""Registers the `journal` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "parvis.journal"
    label = "journal"
