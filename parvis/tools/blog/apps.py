"""Registers the `blog` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class BlogConfig(AppConfig):
    name = "parvis.tools.blog"
    label = "blog"
