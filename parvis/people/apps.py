"""Registers the `people` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "parvis.people"
    label = "people"
