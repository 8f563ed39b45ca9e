"""Registers the `accounts` room with Django. Not here: any behaviour."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "parvis.accounts"
    label = "accounts"

    def ready(self) -> None:
        from parvis.accounts import jobs  # noqa: F401 - registers its jobs

        # Django would write the hour of each sign-in on the account: nobody's coming is kept here.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
