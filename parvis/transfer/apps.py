"""Registers the `transfer` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "parvis.transfer"
    label = "transfer"

    def ready(self) -> None:
        from parvis.transfer import jobs  # noqa: F401 - registers its jobs
