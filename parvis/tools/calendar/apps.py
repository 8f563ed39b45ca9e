"""Registers the `calendar` room with Django. Not here: any behaviour."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "parvis.tools.calendar"
    label = "calendar"

    def ready(self) -> None:
        import_module("parvis.tools.calendar.jobs")
