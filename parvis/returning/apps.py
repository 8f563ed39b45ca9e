"""Registers the `returning` room with Django, and its jobs. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class ReturningConfig(AppConfig):
    name = "parvis.returning"
    label = "returning"

    def ready(self) -> None:
        from parvis.returning import jobs  # noqa: F401
