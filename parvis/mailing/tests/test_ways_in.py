"""The ways by which answers come in: a mail server's pipe, LMTP, SMTP, and a mailbox over IMAP with TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
import smtplib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from parvis.cli.receive import listen
from parvis.cli.site import SOURCE
from parvis.contributions.models import Contribution, Reply
from parvis.kernel.db import acting
from parvis.mailing import mailbox
from parvis.mailing.jobs import fetch
from parvis.mailing.reply_tokens import address_for
from parvis.mailing.tests.conftest import ANSWERS_AT
from parvis.mailing.tests.imap_server import ImapServer, certificate, serving
from parvis.testing.cast import Cast, build_cast
from parvis.testing.cluster import cluster
from parvis.toolkit import mailroom, registry
from parvis.web.models import Network


def letter(cast: Cast, address: str, text: str = "J'y passe.", name: str = "w1", **headers: str) -> bytes:
    top = {
        "From": str(cast.author.email),
        "To": address,
        "Message-ID": f"<{name}@maison.example>",
        "Subject": "Re: La cle",
    }
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in {**top, **headers}.items() if value]
    return ("\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text]) + "\r\n").encode()


def topic_in(cast: Cast) -> Contribution:
    kind = registry.kind_for(cast.open, "discussion")
    assert kind is not None
    return kind.publish(cast.open, title="Où est la clé ?", body="Je la cherche.", by=cast.author)


@pytest.fixture
def site(fresh_database: str, settings: Any) -> tuple[Cast, str]:
    """A cast and an address, committed to a database of their own."""
    settings.PARVIS_MAIL_IN_ADDRESS = ANSWERS_AT
    cast = build_cast()
    Network.objects.get_or_create(id=1)
    with acting(cast.author):
        topic = topic_in(cast)
    return cast, address_for(cast.author, topic.id)


@pytest.mark.commands
def test_through_a_mail_servers_pipe(site: tuple[Cast, str], fresh_database: str):
    cast, address = site
    environment = os.environ | {
        "PARVIS_DATABASE_URL_APP": cluster().url("app", fresh_database),
        "PARVIS_DATABASE_URL_OWNER": cluster().url("owner", fresh_database),
        "PARVIS_MAIL_IN_ADDRESS": ANSWERS_AT,
        "PYTHONPATH": str(SOURCE),
        "LANG": "C",
    }

    def pipe(data: bytes) -> int:
        words = [sys.executable, "-m", "parvis.cli", "receive", address]
        return subprocess.run(
            words, input=data, env=environment, capture_output=True, timeout=120, check=False
        ).returncode

    assert pipe(letter(cast, address)) == 0
    assert Reply.objects.get().source == "J'y passe."
    assert pipe(letter(cast, address, From="quelqu-un@ailleurs.example")) == 77


@contextmanager
def listening(**options: Any) -> Iterator[int]:
    found: dict[str, Any] = {}
    is_ready = threading.Event()

    def ready(port: int, stop: Callable[[], None]) -> None:
        found.update(port=port, stop=stop)
        is_ready.set()

    running = threading.Thread(target=lambda: asyncio.run(listen("127.0.0.1", 0, ready=ready, **options)))
    running.start()
    assert is_ready.wait(20)
    try:
        yield found["port"]
    finally:
        found["stop"]()
        running.join(20)


def test_over_lmtp_and_over_smtp(site: tuple[Cast, str]):
    cast, address = site
    with listening() as port, smtplib.LMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("a@maison.example", [address], letter(cast, address, "Par LMTP", "l1"))
    with listening(is_smtp=True) as port:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.sendmail("a@maison.example", [address], letter(cast, address, "Par SMTP", "l2"))
            client.ehlo()
            client.mail("a@maison.example")
            assert [client.rcpt(address)[0], client.rcpt(address)[0]] == [250, 452]  # one answer, one address
        with (
            smtplib.SMTP("127.0.0.1", port, timeout=30) as client,
            pytest.raises(smtplib.SMTPDataError) as told,
        ):
            client.sendmail(
                "a@ailleurs.example", [address], letter(cast, address, "Moi", "l3", From="a@ailleurs.example")
            )
        assert told.value.smtp_code == 550
    assert [row.source for row in Reply.objects.order_by("id")] == ["Par LMTP", "Par SMTP"]


# A mailbox


@pytest.fixture
def post(
    db: None, answered_cast: Cast, settings: Any, tmp_path: Any
) -> Iterator[tuple[Cast, str, ImapServer]]:
    if not shutil.which("openssl"):
        if os.environ.get("CI"):
            pytest.fail("openssl is missing: the mailbox can't be tested")
        pytest.skip("openssl is missing: the mailbox can't be tested")
    key, chain = certificate(tmp_path)
    settings.PARVIS_CA_FILE = str(chain)
    with serving(key, chain) as server:
        settings.PARVIS_MAIL_IN_IMAP = f"imaps://releve:s%40cret@localhost:{server.port}/INBOX"
        yield answered_cast, address_for(answered_cast.author, topic_in(answered_cast).id), server


def test_a_mailbox_is_asked_over_tls_and_nothing_in_it_is_deleted(post: tuple[Cast, str, ImapServer]):
    cast, address, server = post
    server.put(letter(cast, address, "De la boîte", "i1"))
    server.put(letter(cast, "", "Déjà lu", "i2", To=address), seen=True)
    server.put(letter(cast, "quelqu-un@maison.example", "Pas pour nous", "i3"))
    server.put(letter(cast, "list@maison.example", "Par l'enveloppe", "i4", Delivered_To=address))
    server.put(letter(cast, address, "D'ailleurs", "i5", From="x@ailleurs.example"))
    server.put(b"\x00\xff" * 40)
    assert mailbox.fetch() == 5
    assert [row.source for row in Reply.objects.order_by("id")] == ["De la boîte", "Par l'enveloppe"]
    assert len(server.letters) == 6 and all(one.is_seen for one in server.letters)
    assert server.signed_in == [("releve", "s@cret")]
    assert mailbox.fetch() == 0


def test_what_must_wait_stays_unread(post: tuple[Cast, str, ImapServer], monkeypatch: pytest.MonkeyPatch):
    cast, address, server = post
    monkeypatch.setattr("parvis.mailing.receiving.AN_HOUR", 1)
    for n in range(3):
        server.put(letter(cast, address, f"Réponse {n}", f"j{n}"))
    assert mailbox.fetch() == 1
    assert [one.is_seen for one in server.letters] == [True, False, False]


def test_a_letter_too_big_is_left_alone(post: tuple[Cast, str, ImapServer]):
    cast, address, server = post
    server.put(letter(cast, address, "x" * (mailroom.MOST_BYTES + 10), "big"))
    assert mailbox.fetch() == 1
    assert server.given == 0 and not Reply.objects.exists()


def test_the_same_letter_by_two_ways_is_one_reply(post: tuple[Cast, str, ImapServer]):
    cast, address, server = post
    server.put(letter(cast, address, "Une fois", "k1"))
    mailroom.deliver(address, letter(cast, address, "Une fois", "k1"))
    assert mailbox.fetch() == 1
    assert Reply.objects.count() == 1


def test_no_mailbox_without_tls_or_with_a_certificate_of_nobodys(
    post: tuple[Cast, str, ImapServer], settings: Any
):
    _cast, _address, server = post
    settings.PARVIS_CA_FILE = ""
    with pytest.raises(OSError):
        mailbox.fetch()
    assert server.signed_in == []
    for bad in (
        "imap://a:b@localhost/INBOX",
        "http://a:b@localhost",
        "imaps://localhost/INBOX",
        "imaps://a:b@h/x%0Ay",
    ):
        settings.PARVIS_MAIL_IN_IMAP = bad
        with pytest.raises(mailbox.BadMailbox):
            mailbox.fetch()
    settings.PARVIS_MAIL_IN_IMAP = "imap://a:b@h/?tls=1"
    assert mailbox.mailbox() == mailbox.Mailbox("h", 143, "a", "b", "INBOX", True)
    settings.PARVIS_MAIL_IN_ADDRESS = ""
    assert mailbox.fetch() == 0


def test_tls_begun_later_before_anything_is_said(post: tuple[Cast, str, ImapServer], settings: Any):
    cast, address, server = post
    with serving(server.key, server.chain, starts_later=True) as later:
        settings.PARVIS_MAIL_IN_IMAP = f"imap://releve:s%40cret@localhost:{later.port}/INBOX?tls=1"
        later.put(letter(cast, address, "Par STARTTLS", "s1"))
        assert mailbox.fetch() == 1
        assert later.said_in_clear == ["CAPABILITY", "STARTTLS"]
    assert Reply.objects.get().source == "Par STARTTLS"


def test_a_server_that_doesnt_answer_is_asked_again_later(
    post: tuple[Cast, str, ImapServer], settings: Any, caplog: Any
):
    settings.PARVIS_MAIL_IN_IMAP = "imaps://releve:s%40cret@localhost:1/INBOX"
    fetch()
    assert "mailbox" in caplog.text and "s@cret" not in caplog.text and "s%40cret" not in caplog.text
