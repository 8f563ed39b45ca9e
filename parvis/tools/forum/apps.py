"""Registers the `forum` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class ForumConfig(AppConfig):
    name = "parvis.tools.forum"
    label = "forum"
