"""Registers the `announcements` room with Django, and its job. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    name = "parvis.announcements"
    label = "announcements"

    def ready(self) -> None:
        from parvis.announcements import jobs  # noqa: F401
