"""Registers the `accounts` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "parvis.accounts"
    label = "accounts"

    def ready(self) -> None:
        from parvis.accounts import jobs  # noqa: F401 - registers its jobs
