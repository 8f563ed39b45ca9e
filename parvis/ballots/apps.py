"""Registers the `ballots` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class BallotsConfig(AppConfig):
    name = "parvis.ballots"
    label = "ballots"
