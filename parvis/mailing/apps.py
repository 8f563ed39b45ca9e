"""Letters: digests, mails at once, how often and how much, stopping them, answers to them. Not here: the relay (accounts.mail)."""

from __future__ import annotations

from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "parvis.mailing"

    def ready(self) -> None:
        from parvis.mailing import jobs, receiving  # noqa: F401
        from parvis.toolkit import mailroom

        mailroom.open_door(mailroom.ANSWERS_DOOR, receiving.take)
