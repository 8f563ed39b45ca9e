"""Registers the `access` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "parvis.access"
    label = "access"
