"""Registers the `membership` room with Django. Not here: any behaviour."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "parvis.membership"
    label = "membership"

    def ready(self) -> None:
        import_module("parvis.membership.jobs")
