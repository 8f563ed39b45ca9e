"""Mail: kept when no relay is set, sent through a real SMTP conversation when one is, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from parvis.accounts import mail
from parvis.accounts.models import Message
from parvis.kernel.db import read
from parvis.kernel.errors import NotAllowed
from parvis.testing.cast import Cast
from parvis.testing.relay import Relay, listening
from parvis.web.models import Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp() -> Iterator[Relay]:
    with listening() as relay:
        yield relay


def set_relay(network: Network, smtp: Relay) -> None:
    network.name = "La Ruche"
    network.mail = {
        "host": "127.0.0.1",
        "port": smtp.port,
        "security": "none",
        "sender": "ruche@parvis.test",
    }
    network.save()


def test_without_a_relay_messages_are_kept_for_the_administrator(cast: Cast, client_of, run_jobs):
    run_jobs()
    message = mail.send(cast.member, "Bonjour", "Le texte du message")
    assert run_jobs() == 0
    assert message.state == "kept"
    page = client_of(cast.administrator).get("/admin/outbox/").content.decode()
    assert "Le texte du message" in page
    assert "member@parvis.test" in page
    assert "n’envoie pas encore de courrier" in page
    assert client_of(cast.host).get("/admin/outbox/").status_code == 403


def test_with_a_relay_the_mail_arrives_whole_and_its_text_is_forgotten(
    cast: Cast, network: Network, smtp, run_jobs
):
    set_relay(network, smtp)
    message = mail.send(
        cast.member, "Été\r\nBcc: x@y.fr", "Ligne un\n.ligne qui commence par un point\nœuvre", "<p>œuvre</p>"
    )
    assert smtp.received == []
    run_jobs()
    got = message_from_bytes(smtp.received[0], policy=policy.default)
    assert got["To"] == "member@parvis.test"
    assert got["From"] == "La Ruche <ruche@parvis.test>"
    assert got["Subject"] == "Été Bcc: x@y.fr"
    assert got["Bcc"] is None
    assert "œuvre" in got.get_body(("plain",)).get_content()
    assert "<p>œuvre</p>" in got.get_body(("html",)).get_content()
    message.refresh_from_db()
    assert (message.state, message.text, message.html) == ("sent", "", "")
    assert message.sent_at is not None


def test_what_fails_says_why_and_is_tried_again(cast: Cast, network: Network, smtp, run_jobs):
    set_relay(network, smtp)
    refused = mail.send("refused@parvis.test", "Non", "texte")
    run_jobs()
    refused.refresh_from_db()
    assert refused.state == "bounced"
    assert "no such mailbox" in refused.error
    assert refused.text == "texte"
    mail.retry_failed()
    assert run_jobs() == 0, "refused for good: nothing tries it again by itself"
    Message.objects.filter(id=refused.id).update(to="accepted@parvis.test", state="failed")
    mail.retry_failed()
    run_jobs()
    refused.refresh_from_db()
    assert (refused.state, refused.error) == ("sent", "")


def test_a_relay_that_is_down_loses_nothing(cast: Cast, network: Network, run_jobs):
    network.mail = {"host": "127.0.0.1", "port": 9, "security": "none"}
    network.save()
    message = mail.send(cast.member, "Bonjour", "texte")
    run_jobs()
    message.refresh_from_db()
    assert message.state == "failed"
    assert message.error
    assert message.text == "texte"


def test_the_outbox_sends_again_what_was_kept_once_mail_is_set(
    cast: Cast, network: Network, smtp, client_of, run_jobs
):
    message = mail.send(cast.member, "Gardé", "texte")
    client = client_of(cast.administrator)
    assert client.post(f"/admin/outbox/{message.key}/send/").status_code == 422
    set_relay(network, smtp)
    assert client.post(f"/admin/outbox/{message.key}/send/").status_code == 303
    run_jobs()
    assert len(smtp.received) == 1
    assert client.post(f"/admin/outbox/{message.key}/delete/").status_code == 303
    assert not Message.objects.exists()


def test_only_administrators_touch_the_outbox(cast: Cast, client_of):
    from parvis.accounts import outbox

    message = mail.send(cast.member, "Gardé", "texte")
    for act in (outbox.send_again, outbox.delete):
        with pytest.raises(NotAllowed):
            act(message.id, by=cast.member)
    assert client_of(cast.member).post(f"/admin/outbox/{message.key}/delete/").status_code == 403


def test_a_message_and_its_job_are_written_together_or_not_at_all(cast: Cast, network: Network, smtp):
    from django.db import transaction

    set_relay(network, smtp)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mail.send(cast.member, "Jamais", "texte")
        _ = 1 / 0
    assert not Message.objects.exists()
    assert read("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'accounts.deliver'") == []


def test_letters_come_in_the_language_of_their_reader(cast: Cast, last_message, run_jobs):
    from parvis.accounts import letters

    letters.send_code(cast.invitee, "AAAA-BBBB")
    assert "Hello Inga" in last_message().text


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay.test", mail.Relay("relay.test", 25, security="none")),
        (
            "smtp://u%40x:p%3Aw@relay.test:2525?tls=1",
            mail.Relay("relay.test", 2525, "u@x", "p:w", "starttls"),
        ),
        ("smtps://u:p@relay.test", mail.Relay("relay.test", 465, "u", "p", "tls")),
    ],
)
def test_relay_addresses_are_read(url: str, expected: mail.Relay):
    assert mail.relay_from_url(url) == expected
