"""Newsletters that come by mail: a secret address each, letters read in the sandbox, machines never answered.

Over a real pipe and over LMTP on this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.cli.receive import listen, parse_place
from parvis.cli.site import SOURCE, CommandFailed
from parvis.contributions.models import Contribution
from parvis.journal.models import Activity
from parvis.kernel.db import acting
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast
from parvis.testing.cluster import cluster
from parvis.toolkit import mailroom
from parvis.toolkit.mailroom import Undelivered
from parvis.tools.feeds import actions, letters, reading
from parvis.tools.feeds.fetching import fetch_due
from parvis.tools.feeds.models import Item, Letterbox, Picture, Source
from parvis.tools.feeds.reading import Asked
from parvis.tools.feeds.tests.conftest import switch_on
from parvis.web.models import Network

Login = Callable[[Person], Client]


def letter(
    subject: str = "La lettre du lin", text: str = "Bonjour.", page: str = "", **headers: str
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "La Filature <lettre@filature.example>",
        "x@y.example",
        subject,
    )
    message["Message-ID"] = f"<{abs(hash((subject, text, page)))}@filature.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    return message.as_bytes(policy=SMTP)


def titles(viewer: Person) -> list[str]:
    return [row.title for row in reading.shelf_page(viewer, Asked())[0]]


def word_of(address: str, data: bytes) -> str:
    with pytest.raises(Undelivered) as refusal:
        mailroom.deliver(address, data)
    assert refusal.value.word in mailroom.ANSWERS
    return refusal.value.word


def test_a_letter_stands_on_the_shelf_of_its_address_and_is_nobodys_doing(cast: Cast):
    address = letters.open_box("La lettre du lin", by=cast.member)
    before = (Contribution.objects.count(), Activity.objects.count())
    mailroom.deliver(address.upper(), letter())
    mailroom.deliver(address, letter())  # the same once more
    assert titles(cast.member) == ["La lettre du lin"]
    assert titles(cast.author) == []
    assert (Contribution.objects.count(), Activity.objects.count()) == before
    assert Item.objects.get().author == "La Filature (lettre@filature.example)"


def test_only_the_hash_of_the_address_is_kept(cast: Cast):
    address = letters.open_box("Lin", by=cast.member)
    token = address.partition("@")[0].removeprefix("feeds-")
    kept = str(list(Letterbox.objects.values())) + str(list(Source.objects.values()))
    assert len(token) >= 24 and token not in kept


def test_hosts_alone_open_a_box_for_their_community_whose_readers_read_it(cast: Cast):
    with pytest.raises(NotAllowed):
        letters.open_box("Lin", cast.open, by=cast.member)
    with pytest.raises(NotFound):
        letters.open_box("Lin", cast.secret, by=cast.stranger)
    with pytest.raises(Refused):
        letters.open_box("  ", by=cast.member)
    mailroom.deliver(letters.open_box("Lin", cast.secret, by=cast.host), letter())
    assert titles(cast.member) == ["La lettre du lin"]
    with pytest.raises(NotFound):
        reading.read_one(Item.objects.get().id, cast.stranger)


def test_an_address_renewed_closed_or_taken_off_receives_nothing(cast: Cast):
    first = letters.open_box("Lin", by=cast.member)
    source = Source.objects.get()
    second = letters.renew(source.id, by=cast.member)
    assert word_of(first, letter()) == "unknown"
    mailroom.deliver(second, letter())
    with pytest.raises(NotFound):
        letters.renew(source.id, by=cast.author)
    letters.close(source.id, by=cast.member)
    assert word_of(second, letter("Une autre")) == "unknown"
    assert titles(cast.member) == ["La lettre du lin"]
    third = letters.renew(source.id, by=cast.member)
    actions.remove_source(source.id, by=cast.member)
    assert word_of(third, letter("Encore une")) == "unknown"


def test_what_cannot_be_taken_is_told_why(cast: Cast):
    address = letters.open_box("Lin", by=cast.member)
    assert word_of("feeds-" + "0" * 24 + "@lettres.parvis.test", letter()) == "unknown"
    assert word_of(address.replace("lettres.parvis.test", "ailleurs.example"), letter()) == "unknown"
    assert word_of(address.replace("feeds-", "forum-"), letter()) == "unknown"
    assert word_of("quelqu'un@lettres.parvis.test", letter()) == "unknown"
    assert word_of(address, b"x" * (mailroom.MOST_BYTES + 1)) == "long"
    assert word_of(address, b"") == "unreadable"
    assert word_of(address, b"\x00\xff" * 100) == "unreadable"
    for n in range(letters.A_DAY):
        mailroom.deliver(address, letter(f"Lettre {n}"))
    assert word_of(address, letter("De trop")) == "full"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
    ],
)
def test_answers_of_machines_are_taken_and_forgotten(cast: Cast, headers: dict[str, str]):
    mailroom.deliver(letters.open_box("Lin", by=cast.member), letter(**headers))
    assert titles(cast.member) == []


def test_a_letter_that_turns_in_a_circle_is_forgotten(cast: Cast):
    turning = (
        b"".join(b"Received: from a by b; Mon, 2 Nov 2026 10:00:00 +0000\r\n" for _n in range(60)) + letter()
    )
    mailroom.deliver(letters.open_box("Lin", by=cast.member), turning)
    assert titles(cast.member) == []


def test_a_confirmation_can_be_followed_and_nothing_runs_in_it(cast: Cast, client_of: Login):
    address = letters.open_box("Lin", by=cast.member)
    page = '<p onclick="x()">Bonjour <a href="https://filature.example/ok?k=1">Confirmer</a><script>x()</script><img src="https://filature.example/ouvert.gif?k=1" width="1" height="1"></p><form action="https://a.example"><input></form>'  # fmt: skip
    mailroom.deliver(address, letter("Confirmez", page=page, Auto_Submitted="auto-generated"))
    mailroom.deliver(address, letter("En texte", text="Suivez https://filature.example/oui?k=2.\n\nMerci"))
    shown = {}
    for item in Item.objects.all():
        shown[item.title] = client_of(cast.member).get(f"/feeds/items/{encode(item.id)}/").content.decode()
    assert 'href="https://filature.example/ok?k=1"' in shown["Confirmez"]
    assert 'href="https://filature.example/oui?k=2"' in shown["En texte"]
    assert "Nobody has checked who really sent it" in shown["Confirmez"]
    for bad in ("onclick", "x()", "ouvert.gif", "a.example"):
        assert bad not in shown["Confirmez"]
    assert not Picture.objects.exists()


def test_a_newsletter_is_never_called_listed_or_exported(cast: Cast, client_of: Login):
    letters.open_box("La lettre du lin", cast.open, by=cast.host)
    assert fetch_due() == 0
    assert "La lettre du lin" not in client_of(cast.member).get("/feeds/directory/").content.decode()
    assert "newsletter" not in client_of(cast.host).get(f"{cast.open.url}feeds/sources.opml").content.decode()


def test_the_address_is_shown_once(cast: Cast, client_of: Login):
    client = client_of(cast.member)
    made = client.post("/feeds/letters/", {"name": "La lettre du lin"}).content.decode()
    assert "@lettres.parvis.test" in made
    assert "@lettres.parvis.test" not in client.get("/feeds/sources/").content.decode()
    assert client.post("/feeds/letters/", {"name": ""}).status_code == 422


def test_where_no_mail_comes_nothing_is_offered(cast: Cast, client_of: Login, settings):
    settings.PARVIS_MAIL_DOMAIN = ""
    assert "newsletter" not in client_of(cast.member).get("/feeds/sources/").content.decode().lower()
    assert client_of(cast.member).post("/feeds/letters/", {"name": "Lin"}).status_code == 404
    assert word_of("feeds-" + "0" * 24 + "@", letter()) == "unknown"


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=200).map(lambda data: b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" + data),
        st.binary(max_size=200).map(lambda data: b"Subject: " + data + b"\r\nContent-Type: text/html; charset=utf-7\r\n\r\n" + data),
        st.text(max_size=100).map(lambda text: f"From: {text}\r\nContent-Type: {text}\r\n\r\n{text}".encode(errors="replace")),
        st.binary(max_size=300),
    )
)  # fmt: skip
def test_any_bytes_are_a_letter_or_refused_in_words(data: bytes):
    found: dict[str, object] = {}
    with contextlib.suppress(Undelivered):
        found = letters._read(data)
    assert set(found) in (set(), {"item"}, {"ignored"})


def test_the_listener_is_on_this_machine_only():
    assert parse_place("127.0.0.1:2424") == ("127.0.0.1", 2424)
    for bad in ("0.0.0.0:24", "24", "mail.example.org:24", "127.0.0.1:x", ":24"):
        with pytest.raises(CommandFailed):
            parse_place(bad)


@pytest.fixture
def box(fresh_database: str) -> str:
    """An address on a database of its own, committed."""
    cast = build_cast()
    Network.objects.get_or_create(id=1)
    switch_on(cast.open)
    with acting(cast.host):
        return letters.open_box("La lettre du lin", cast.open, by=cast.host)


@pytest.mark.commands
def test_a_mail_servers_pipe_brings_a_letter_and_is_told_what_became_of_it(box: str, fresh_database: str):
    environment = os.environ | {
        "PARVIS_DATABASE_URL_APP": cluster().url("app", fresh_database),
        "PARVIS_DATABASE_URL_OWNER": cluster().url("owner", fresh_database),
        "PYTHONPATH": str(SOURCE),
        "LANG": "C",
    }

    def pipe(data: bytes, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "parvis.cli", "receive", *words], input=data, env=environment, capture_output=True, timeout=120, check=False
        )  # fmt: skip
        return done.returncode, done.stderr.decode()

    assert pipe(letter("Par le tuyau"), box)[0] == 0
    assert Item.objects.get().title == "Par le tuyau"
    code, said = pipe(letter(), "feeds-" + "0" * 24 + "@lettres.parvis.test")
    assert code == 67 and "5.1.1" in said
    assert pipe(b"x" * (mailroom.MOST_BYTES + 10), box)[0] == 65
    environment["PARVIS_DATABASE_URL_APP"] = environment["PARVIS_DATABASE_URL_OWNER"] = (
        "postgresql://x@127.0.0.1:1/x"
    )
    assert pipe(letter("Plus tard"), box)[0] == 75  # the server keeps it and comes again


def test_a_mail_server_brings_letters_over_lmtp(box: str):
    found: dict[str, Any] = {}
    is_ready = threading.Event()

    def ready(port: int, stop: Callable[[], None]) -> None:
        found.update(port=port, stop=stop)
        is_ready.set()

    serving = threading.Thread(target=lambda: asyncio.run(listen("127.0.0.1", 0, ready=ready)))
    serving.start()
    assert is_ready.wait(20)
    try:
        with smtplib.LMTP("127.0.0.1", found["port"], timeout=30) as client:
            other = "feeds-" + "0" * 24 + "@lettres.parvis.test"
            refused = client.sendmail("lettre@filature.example", [box, other], letter("Par LMTP"))
            assert refused[other][0] == 550 and box not in refused
            with pytest.raises(smtplib.SMTPRecipientsRefused) as none:
                client.sendmail("a@b.example", ["quelqu-un@ailleurs.example"], letter())
            assert none.value.recipients["quelqu-un@ailleurs.example"][0] == 550
        with smtplib.LMTP("127.0.0.1", found["port"], timeout=30) as client:  # one answer for each address
            client.ehlo()
            client.mail("a@b.example")
            assert [client.rcpt(box)[0], client.rcpt(box.upper())[0]] == [250, 250]
            client.putcmd("DATA")
            assert client.getreply()[0] == 354
            client.send(letter("Pour deux") + b"\r\n.\r\n")
            assert [client.getreply()[0], client.getreply()[0]] == [250, 250]
        long = b"Subject: x\r\n\r\n" + b"x\r\n" * (mailroom.MOST_BYTES // 3 + 10)
        with pytest.raises(smtplib.SMTPResponseException) as told, smtplib.LMTP("127.0.0.1", found["port"], timeout=30) as client:  # fmt: skip
            client.sendmail("a@b.example", [box], long)
        assert told.value.smtp_code == 552
    finally:
        found["stop"]()
        serving.join(20)
    assert [item.title for item in Item.objects.order_by("id")] == ["Par LMTP", "Pour deux"]
