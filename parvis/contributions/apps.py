"""Registers the `contributions` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "parvis.contributions"
    label = "contributions"
