"""Registers the `contributions` room with Django. Not here: any behaviour."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "parvis.contributions"
    label = "contributions"

    def import_models(self) -> None:
        super().import_models()
        import_module("parvis.contributions.marks")  # the models that hang on the spine
        import_module("parvis.contributions.recurring")
        import_module("parvis.contributions.link_cards")

    def ready(self) -> None:
        from parvis.contributions import jobs  # noqa: F401 - registers its jobs
