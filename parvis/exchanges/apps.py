"""Registers the `exchanges` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    name = "parvis.exchanges"
    label = "exchanges"
