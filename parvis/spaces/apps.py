"""Registers the `spaces` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "parvis.spaces"
    label = "spaces"
