"""Registers the `polls` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class PollsConfig(AppConfig):
    name = "parvis.tools.polls"
    label = "polls"

    def ready(self) -> None:
        from parvis.tools.polls import jobs  # noqa: F401 - registers its jobs
