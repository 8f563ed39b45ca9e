"""The application's name for Django: it has no tables, its migration puts the triggers that tell what changed."""

from __future__ import annotations

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "parvis.live"
    label = "live"
