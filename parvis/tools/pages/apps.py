"""Registers the `pages` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "parvis.tools.pages"
    label = "pages"
