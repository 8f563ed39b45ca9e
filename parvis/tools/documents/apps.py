"""Registers the `documents` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "parvis.tools.documents"
    label = "documents"

    def ready(self) -> None:
        from parvis.tools.documents import jobs  # noqa: F401 - registers its jobs
