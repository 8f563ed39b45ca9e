"""Registers the `shares` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class SharesConfig(AppConfig):
    name = "parvis.tools.shares"
    label = "shares"
