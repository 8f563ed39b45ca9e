"""Registers the `approvals` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "parvis.approvals"
    label = "approvals"

    def ready(self) -> None:
        from parvis.approvals import jobs  # noqa: F401 - registers its jobs
