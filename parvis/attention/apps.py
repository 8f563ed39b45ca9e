"""Registers the `attention` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "parvis.attention"
    label = "attention"

    def ready(self) -> None:
        from parvis.attention import jobs  # noqa: F401 - registers its jobs
