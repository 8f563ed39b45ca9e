"""The application's name for Django; its migrations put the triggers that tell what changed. Not here: the process."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "parvis.live"
    label = "live"

    def ready(self) -> None:
        """Registers the purge of old events with whoever runs jobs."""
        import_module("parvis.live.jobs")
