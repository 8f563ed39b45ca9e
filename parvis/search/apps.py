"""Registers the `search` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "parvis.search"
    label = "search"

    def ready(self) -> None:
        from parvis.search import jobs, telling  # noqa: F401 - they register their jobs
