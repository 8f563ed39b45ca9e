"""Registers the `kernel` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "parvis.kernel"
    label = "kernel"
