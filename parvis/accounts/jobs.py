"""Work of this room done later: mail, answers to who asks for a code, cleaning. Not here: how it is done."""

from __future__ import annotations

from parvis.accounts import asking, limits, mail
from parvis.accounts.models import Session, SignInLink
from parvis.journal.jobs import job
from parvis.kernel import clock


@job("accounts.deliver")
def deliver(message_id: int) -> None:
    mail.deliver(message_id)


@job("accounts.answer")
def answer(purpose: str, address: str, language: str, nonce: str = "") -> None:
    asking.answer(purpose, address, language, nonce)


@job("accounts.retry_mail", cron="*/10 * * * *")
def retry_mail() -> None:
    mail.retry_failed()


@job("accounts.clean", cron="17 3 * * *")
def clean() -> None:
    """Ended sessions, used-up links, old counts and old messages."""
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    SignInLink.objects.filter(expires_at__lt=clock.now()).delete()
    limits.purge()
    mail.purge()
