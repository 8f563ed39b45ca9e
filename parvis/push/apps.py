"""Web push: notices on the devices that asked for them. Not here: the worker script that shows them (web/static/js)."""

from __future__ import annotations

from django.apps import AppConfig


class PushConfig(AppConfig):
    name = "parvis.push"

    def ready(self) -> None:
        from parvis.push import jobs  # noqa: F401
