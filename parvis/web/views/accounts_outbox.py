"""The outbox: messages that couldn't leave, for an administrator to hand over. Not here: sending (accounts.mail)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from parvis.accounts import mail, outbox
from parvis.kernel.pagination import parse_cursor
from parvis.toolkit.pages import go, page


def show_outbox(request: HttpRequest) -> HttpResponse:
    """Messages, newest first: kept, waiting, failed or sent."""
    found = outbox.messages(by=request.viewer, after=parse_cursor(request.GET.get("after", "")))
    return page(
        request,
        "web/accounts/outbox.html",
        found=found.rows,
        next=found.next,
        has_mail=mail.is_configured(),
    )


def send_again(request: HttpRequest, message: int) -> HttpResponse:
    """Tries one message again, now that mail may work."""
    outbox.send_again(message, by=request.viewer)
    return go(request, "/admin/outbox/", _("It will be tried again in a moment."))


def delete_message(request: HttpRequest, message: int) -> HttpResponse:
    """Forgets one message."""
    outbox.delete(message, by=request.viewer)
    return go(request, "/admin/outbox/", _("Forgotten."))
