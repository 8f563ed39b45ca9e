"""Registers the `dav` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class DavConfig(AppConfig):
    name = "parvis.dav"
    label = "dav"

    def ready(self) -> None:
        from parvis.dav import jobs  # noqa: F401 - registers its jobs
