"""Registers the `toolkit` room with Django and installs the tools. Not here: what they are."""

from __future__ import annotations

from django.apps import AppConfig


class ToolkitConfig(AppConfig):
    name = "parvis.toolkit"
    label = "toolkit"

    def ready(self) -> None:
        from parvis.toolkit import (
            openings,  # noqa: F401 - registers its job
            recurring,  # noqa: F401 - registers its job
            registry,
        )

        registry.install()
