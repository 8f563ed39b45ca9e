"""Registers the `pages` room with Django. Not here: any behaviour."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "parvis.tools.pages"
    label = "pages"

    def ready(self) -> None:
        import_module("parvis.tools.pages.jobs")
