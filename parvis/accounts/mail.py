"""Mail: every message is a row first; a job sends it when a relay is set, an administrator reads it when not.

Not here: the wording of our letters (accounts.letters) and when notices go out (attention).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from django.apps import apps

from parvis.accounts.models import Message
from parvis.config import config
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.people.models import Person

KEPT, QUEUED, SENT, FAILED, BOUNCED = "kept", "queued", "sent", "failed", "bounced"
SECONDS = 20
TRIED_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Relay:
    """A mail server that takes our messages. `security` is "none", "starttls" or "tls"."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"
    sender: str = ""


def network_row() -> Any:
    """The network's name and settings. Looked up by name: the table belongs to a floor above this one."""
    model = apps.get_model("web", "Network")
    return model._default_manager.filter(id=1).first() or model()


def relay() -> Relay | None:
    """The relay of the operator (PARVIS_SMTP_URL) or else the administrator's (Network.mail); None when unset.

    Network.mail holds host, port, user, password, security and sender.
    """
    given = config.smtp_url.get_secret_value()
    if given:
        return relay_from_url(given)
    saved = network_row().mail or {}
    if not saved.get("host"):
        return None
    fields = {name: saved[name] for name in ("user", "password", "security", "sender") if saved.get(name)}
    return Relay(host=str(saved["host"]), port=int(saved.get("port") or 587), **fields)


def relay_from_url(address: str) -> Relay:
    """The relay that an address like `smtp://user:secret@host:587?tls=1` names; `smtps://` is TLS at once."""
    parts = urlparse(address)
    wants_tls = parse_qs(parts.query).get("tls", ["0"])[0] not in ("0", "no", "false")
    security = "tls" if parts.scheme == "smtps" else "starttls" if wants_tls else "none"
    port = parts.port or {"tls": 465, "starttls": 587, "none": 25}[security]
    return Relay(
        parts.hostname or "localhost",
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        security,
    )


# The administrator's relay, as a part of a statement that asks more (the table belongs to a floor above).
IS_SAVED = "EXISTS (SELECT 1 FROM web_network w WHERE w.id = 1 AND coalesce(w.mail ->> 'host', '') <> '')"


def is_configured(is_saved: bool | None = None) -> bool:
    """Whether messages leave this server; pages say it plainly when they don't. `is_saved`: what IS_SAVED gave."""
    if is_saved is None:
        return relay() is not None
    return is_saved or bool(config.smtp_url.get_secret_value())


def send(
    to: Person | str,
    subject: str,
    text: str,
    html: str = "",
    *,
    is_private: bool = False,
    calendar: str = "",
    headers: Mapping[str, str] | None = None,
) -> Message:
    """Keeps a message and, when a relay is set, hands it to a job in the running transaction.

    `to` is a person (their e-mail, or their user name when they have none: then it is only kept) or an address.
    `calendar` is an invitation (iMIP): mail programs show it with its own buttons.
    `headers` are added to the mail, or stand instead of ours (Message-ID); they hold keys, no words of people.
    Of a private message the outbox page shows no word: notices speak of places where administrators may read nothing.
    """
    person = to if isinstance(to, Person) else None
    address = to if isinstance(to, str) else to.email or ""
    leaves = bool(address) and is_configured()
    message = Message.objects.create(
        person=person,
        to=address or getattr(person, "username", None) or str(person),
        subject=_one_line(subject),
        text=text,
        html=html,
        is_private=is_private,
        calendar=calendar,
        headers=dict(headers or {}),
        state=QUEUED if leaves else KEPT,
    )
    if leaves:
        enqueue("accounts.deliver", message_id=message.id)
    return message


def deliver(message_id: int) -> None:
    """Sends one message now; what goes wrong is kept on it, for the outbox page and a later try.

    Once sent, the text is forgotten: it may hold a one-time link, and its reader has it.
    """
    message = Message.objects.select_for_update().filter(id=message_id, state__in=[QUEUED, FAILED]).first()
    through = relay()
    if message is None or through is None:
        return
    try:
        submit(through, _composed(message, through))
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        message.state, message.error = BOUNCED if _is_final(problem) else FAILED, _readable(problem)
    else:
        message.state, message.error, message.sent_at = SENT, "", clock.now()
        message.text = message.html = message.calendar = ""
    message.save(update_fields=["state", "error", "sent_at", "text", "html", "calendar"])


def submit(through: Relay, mail: EmailMessage) -> None:
    """Hands a mail to the relay. Raises OSError or smtplib.SMTPException with what the relay said."""
    context = ssl.create_default_context()
    if through.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(through.host, through.port, timeout=SECONDS, context=context)
    else:
        client = smtplib.SMTP(through.host, through.port, timeout=SECONDS)
    with client:
        if through.security == "starttls":
            client.starttls(context=context)
        if through.user:
            client.login(through.user, through.password)
        client.send_message(mail)


def _is_final(problem: Exception) -> bool:
    """Whether the relay refused this reader or this mail for good (5xx): to try again would only annoy it."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _why in problem.recipients.values())
    return isinstance(problem, smtplib.SMTPDataError) and problem.smtp_code >= 500


def retry_failed() -> None:
    """Tries again what failed in the last day, but not what was refused for good; called by a job."""
    recent = Message.objects.filter(state=FAILED, created_at__gt=clock.now() - TRIED_FOR)
    for message_id in recent.values_list("id", flat=True)[:200]:
        enqueue("accounts.deliver", message_id=message_id)


def purge() -> None:
    """Forgets messages after 30 days; called by a job."""
    Message.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()


def sender_address(through: Relay) -> str:
    """From whom our mail comes: the setting's, the relay's, or an address at our own host."""
    return through.sender or config.mail_from or f"parvis@{urlparse(config.url).hostname or 'localhost'}"


def _composed(message: Message, through: Relay) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = formataddr((_one_line(network_row().name), sender_address(through)))
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.created_at)
    # The same at each try, so that a mail program shows one message even if a crash sent it twice.
    mail["Message-ID"] = f"<{message.id}@{urlparse(config.url).hostname or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers.items():
        del mail[name]
        mail[name] = value
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    if message.calendar:
        method = re.search(r"^METHOD:([A-Z]+)\s*$", message.calendar, re.M)
        kind = {"method": method[1] if method else "PUBLISH"}
        mail.add_alternative(message.calendar, subtype="calendar", params=kind)
    return mail


def _one_line(text: str) -> str:
    return " ".join(str(text).split())[:300]


def _readable(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return "; ".join(
            f"{who}: {code} {why.decode(errors='replace')}" for who, (code, why) in problem.recipients.items()
        )[:300]
    return (str(problem) or type(problem).__name__)[:300]
