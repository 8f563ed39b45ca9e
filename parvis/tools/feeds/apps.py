"""Registers the `feeds` room with Django. Not here: any behaviour."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "parvis.tools.feeds"
    label = "feeds"

    def ready(self) -> None:
        import_module("parvis.tools.feeds.jobs")
