"""A network whose mail really leaves and comes back. Not here: what the letters say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from parvis.testing.cast import Cast, build_cast
from parvis.testing.letters import opened, send_through
from parvis.testing.relay import Relay, listening
from parvis.web.models import Network

ANSWERS_AT = "reponses@maison.example"


@pytest.fixture
def answered_cast(run_jobs: Callable[[], int], settings: Any) -> Cast:
    """The cast of a network that takes answers by mail."""
    settings.PARVIS_MAIL_IN_ADDRESS = ANSWERS_AT
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    found = build_cast()
    run_jobs()
    return found


@pytest.fixture
def answered_relay(answered_cast: Cast) -> Iterator[Relay]:
    with listening() as found:
        send_through(found)
        yield found


def answer_to(
    raw: bytes, text: str, *, sender: str = "", name: str = "<r1@maison.example>", **headers: str
) -> bytes:
    """What somebody's mail program makes of a mail of ours when they answer above it."""
    mail = opened(raw)
    message = EmailMessage()
    message["From"] = sender or mail["To"]
    message["To"] = mail["Reply-To"] or mail["From"]
    message["Subject"] = f"Re: {mail['Subject']}"
    message["Message-ID"], message["In-Reply-To"] = name, mail["Message-ID"]
    for key, value in headers.items():
        message[key.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.get_body(("plain",)).get_content().splitlines())
    message.set_content(f"{text}\n\nLe lun. 23 nov. 2026 à 10:12, {mail['From']} a écrit :\n\n{quoted}\n")
    return message.as_bytes(policy=SMTP)
