"""Registers the `membership` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "parvis.membership"
    label = "membership"
