"""What an administrator may see and do about messages that stayed here. Not here: sending (accounts.mail)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import mail
from parvis.accounts.models import Message
from parvis.journal.jobs import enqueue
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.pagination import Cursor

if TYPE_CHECKING:
    from parvis.people.models import Person

PAGE = 30


@dataclass(frozen=True)
class Page:
    """A page of messages and where the next one begins."""

    rows: list[Message]
    next: Cursor | None


def messages(*, by: Person, after: Cursor | None = None) -> Page:
    """Messages, newest first. Who may: administrators."""
    require("site.administer", by=by)
    rows = Message.objects.select_related("person").order_by("-created_at", "-id")
    if after is not None:
        rows = rows.filter(Q(created_at__lt=after.at) | Q(created_at=after.at, id__lt=after.id))
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], Cursor(last.created_at, last.id) if last else None)


def send_again(message_id: int, *, by: Person) -> None:
    """Queues a kept or failed message. Who may: administrators. Raises NotFound, Refused without mail."""
    message = _find(message_id, by=by)
    if not mail.is_configured():
        raise Refused(_("Set the mail relay first: then messages can leave."))
    if message.state in (mail.KEPT, mail.FAILED, mail.BOUNCED) and "@" in message.to:
        message.state = mail.QUEUED
        message.save(update_fields=["state"])
        enqueue("accounts.deliver", message_id=message.id)


def delete(message_id: int, *, by: Person) -> None:
    """Forgets a message. Who may: administrators. Raises NotFound."""
    _find(message_id, by=by).delete()


def _find(message_id: int, *, by: Person) -> Message:
    require("site.administer", by=by)
    message = Message.objects.filter(id=message_id).first()
    if message is None:
        raise NotFound
    return message
