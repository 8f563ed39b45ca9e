"""Registers the `web` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "parvis.web"
    label = "web"
