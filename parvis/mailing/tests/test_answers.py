"""Answering by mail: out by a real relay, back in as a reply of its writer, or back to them, never to anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.attention.models import Notice
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.contributions.replies import hide_reply, reply
from parvis.journal.models import Activity
from parvis.kernel import clock
from parvis.mailing import receiving, reply_tokens
from parvis.mailing.models import AnswerTaken, Rhythm
from parvis.mailing.rhythms import set_rhythm
from parvis.mailing.tests.conftest import ANSWERS_AT, answer_to
from parvis.membership import actions
from parvis.people.models import Person, PersonState
from parvis.testing.cast import Cast
from parvis.testing.letters import mail_at_once, opened, words_of
from parvis.testing.relay import Relay
from parvis.toolkit import mailroom, registry
from parvis.toolkit.mailroom import Undelivered

pytestmark = pytest.mark.django_db
Jobs = Callable[[], int]


@pytest.fixture
def cast(answered_cast: Cast) -> Cast:
    return answered_cast


@pytest.fixture
def relay(answered_relay: Relay) -> Relay:
    return answered_relay


def topic_of(cast: Cast) -> Contribution:
    kind = registry.kind_for(cast.open, "discussion")
    assert kind is not None
    return kind.publish(cast.open, title="Où est la clé d'argent ?", body="Je la cherche.", by=cast.author)


@pytest.fixture
def topic(cast: Cast) -> Contribution:
    return topic_of(cast)


@pytest.fixture
def mail(cast: Cast, topic: Contribution, relay: Relay, run_jobs: Jobs) -> bytes:
    """What the author of the topic got when it was answered."""
    mail_at_once(cast.author)
    reply(topic, body="Chez le gardien", by=cast.member)
    run_jobs()
    (raw,) = relay.received
    relay.received.clear()
    return raw


def to_of(raw: bytes) -> str:
    return str(opened(raw)["Reply-To"])


def told(relay: Relay, run_jobs: Jobs) -> Any:
    """The one letter that went back."""
    run_jobs()
    (raw,) = relay.received
    relay.received.clear()
    return opened(raw)


def word_of(address: str, letter: bytes) -> str:
    with pytest.raises(Undelivered) as refusal:
        mailroom.deliver(address, letter)
    return refusal.value.word


def test_an_answer_stands_under_the_reply_it_answers(
    cast: Cast, topic: Contribution, mail: bytes, relay: Relay, run_jobs: Jobs
):
    assert to_of(mail).startswith("reponses+") and to_of(mail).endswith("@maison.example")
    assert len(to_of(mail).partition("@")[0]) <= 64
    mailroom.deliver(to_of(mail).upper(), answer_to(mail, "J'y passe à onze heures."))
    row = Reply.objects.get(author=cast.author)
    assert (row.source, row.contribution_id) == ("J'y passe à onze heures.", topic.id)
    assert row.parent == Reply.objects.get(author=cast.member)
    assert Contribution.objects.get(id=topic.id).reply_count == 2
    assert not Notice.objects.filter(person=cast.author, seen_at=None, contribution_id=topic.id).exists()
    assert Activity.objects.filter(thing_id=row.id, actor_id=cast.author.id).count() == 1
    run_jobs()
    assert Notice.objects.filter(person=cast.member, thing_id=row.id).exists()  # as any reply
    assert relay.received == []


def test_the_letter_says_that_it_can_be_answered_and_nothing_where_it_cant(
    cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs, settings: Any
):
    sentence = "et votre réponse paraît dans la discussion"
    assert all(sentence in opened(mail).get_body((kind,)).get_content() for kind in ("plain", "html"))
    settings.PARVIS_MAIL_IN_ADDRESS = ""
    reply(topic_of(cast), body="Non", by=cast.member)
    run_jobs()
    silent = opened(relay.received[-1])
    assert (
        silent["Reply-To"] is None
        and "répon" not in silent.get_body(("html",)).get_content().split("</h1>")[-1]
    )
    assert word_of(to_of(mail), answer_to(mail, "Oui")) == "unknown"


def test_each_thing_of_a_letter_about_several_has_its_own_address(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    for _n in range(4):
        reply(topic_of(cast), body="Chez le gardien", by=cast.member)
    Notice.objects.all().delete()
    run_jobs()
    raw = relay.received[-1]
    html = opened(raw).get_body(("html",)).get_content()
    assert to_of(raw) == "None"
    assert (
        html.count('href="mailto:reponses+')
        == opened(raw).get_body(("plain",)).get_content().count("<reponses+")
        == 4
    )
    one = html.split('href="mailto:')[2].partition("?")[0]
    letter = answer_to(raw, "À celui-ci", name="<several@maison.example>").replace(
        b"fil@parvis.test", one.encode(), 1
    )
    mailroom.deliver(one, letter)
    assert Reply.objects.get(author=cast.author).contribution.replies.count() == 2


def test_the_same_letter_twice_is_one_reply_and_no_word(
    cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs
):
    letter = answer_to(mail, "J'y passe.")
    mailroom.deliver(to_of(mail), letter)
    mailroom.deliver(to_of(mail), letter)
    mailroom.deliver(to_of(mail), letter.replace(b"J'y passe.", b"Autre chose."))
    run_jobs()
    assert [row.source for row in Reply.objects.filter(author=cast.author)] == ["J'y passe."]
    assert relay.received == []
    mailroom.deliver(to_of(mail), answer_to(mail, "J'y passe encore.", name="<r2@maison.example>"))
    assert Reply.objects.filter(author=cast.author).count() == 2


def test_another_sender_is_refused_and_whose_address_it_is_told_once(
    cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs
):
    for n, sender in enumerate(
        ["inconnu@ailleurs.example", "Aude <aude@chez-elle.example>", "a@b.example, c@d.example"]
    ):
        letter = answer_to(mail, "Moi !", sender="x@y.example", name=f"<f{n}@ailleurs.example>")
        letter = letter.replace(b"From: x@y.example", f"From: {sender}".encode())
        assert word_of(to_of(mail), letter) == "stranger"
    said = told(relay, run_jobs)
    assert said["To"] == cast.author.email
    assert "autre adresse" in said["Subject"]
    assert not any(word in words_of(said) for word in ("ailleurs.example", "chez-elle", "Moi !", "argent"))
    assert not Reply.objects.filter(author=cast.author).exists()


def test_a_colleague_cannot_answer_in_anothers_name(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    mailroom.deliver(to_of(mail), answer_to(mail, "Moi !", sender=str(cast.host.email)))
    said = told(relay, run_jobs)
    assert said["To"] == cast.host.email and "Moi !" in words_of(said)
    assert "argent" not in said.get_body(("plain",)).get_content().partition("Moi !")[0]
    assert Reply.objects.filter(contribution__author=cast.author).count() == 1


def altered(address: str, at: int) -> str:
    token = address.partition("+")[2].partition("@")[0]
    other = "b" if token[at] != "b" else "c"
    return f"reponses+{token[:at]}{other}{token[at + 1 :]}@maison.example"


@pytest.mark.parametrize("at", [0, 12, 14, 25, 28, 32, 34, 47])
def test_no_letter_of_the_address_can_be_changed(
    cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs, at: int
):
    mailroom.deliver(altered(to_of(mail), at), answer_to(mail, "Ma réponse perdue"))
    said = told(relay, run_jobs)
    assert said["To"] == cast.author.email
    assert "Ma réponse perdue" in said.get_body(("plain",)).get_content()
    assert not Reply.objects.filter(author=cast.author).exists()


def test_what_goes_back_asks_for_no_answer(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    mailroom.deliver(altered(to_of(mail), 40), answer_to(mail, "Perdue"))
    said = told(relay, run_jobs)
    assert said["Auto-Submitted"] == "auto-replied" and said["Precedence"] == "bulk"
    assert said["Reply-To"] is None and said["In-Reply-To"] == "<r1@maison.example>"
    mailroom.deliver(
        to_of(mail), said.as_bytes().replace(b"fil@parvis.test", str(cast.author.email).encode())
    )
    run_jobs()
    assert relay.received == []  # our own letter, come back: no circle


def test_an_address_holds_for_thirty_days(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    with time_machine.travel(clock.now() + timedelta(days=29), tick=False):
        mailroom.deliver(to_of(mail), answer_to(mail, "À temps"))
    with time_machine.travel(clock.now() + timedelta(days=31, hours=1), tick=False):
        mailroom.deliver(to_of(mail), answer_to(mail, "Trop tard", name="<late@maison.example>"))
        said = told(relay, run_jobs)
    assert "30" in said.get_body(("plain",)).get_content() and "Trop tard" in words_of(said)
    assert [row.source for row in Reply.objects.filter(author=cast.author)] == ["À temps"]


def test_another_address_of_the_person_makes_the_old_ones_void(cast: Cast, mail: bytes):
    token = to_of(mail).partition("+")[2].partition("@")[0]
    assert reply_tokens.read_token(token, cast.author).reply_id
    cast.author.email = "neuve@maison.example"
    with pytest.raises(reply_tokens.Void):
        reply_tokens.read_token(token, cast.author)


def test_who_stopped_the_mails_answers_them_no_more(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    set_rhythm(Rhythm.NEVER, by=cast.author)
    mailroom.deliver(to_of(mail), answer_to(mail, "Encore moi"))
    assert "arrêté ces courriels" in words_of(told(relay, run_jobs))
    assert not Reply.objects.filter(author=cast.author).exists()


@pytest.mark.parametrize("state", [PersonState.SUSPENDED, PersonState.LEFT])
def test_who_is_no_longer_here_is_a_stranger(
    cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs, state: str
):
    Person.objects.filter(id=cast.author.id).update(state=state)
    assert word_of(to_of(mail), answer_to(mail, "Encore moi")) == "stranger"
    run_jobs()
    assert relay.received == []
    assert not Reply.objects.filter(author=cast.author).exists()


def test_what_cant_be_read_any_more_isnt_named(cast: Cast, relay: Relay, run_jobs: Jobs):
    kind = registry.kind_for(cast.secret, "discussion")
    assert kind is not None
    topic = kind.publish(cast.secret, title="Le rachat d'Orfèvre", body="Chut.", by=cast.host)
    mail_at_once(cast.member)
    reply(topic, body=f"Parlons-en @[](person:{cast.member.key}) : Orfèvre", by=cast.author)
    run_jobs()
    raw = relay.received[-1]
    relay.received.clear()
    address = reply_tokens.address_for(cast.member, topic.id)
    actions.remove_member(cast.secret, cast.member, by=cast.host)
    run_jobs()
    relay.received.clear()
    mailroom.deliver(address, answer_to(raw, "D'accord avec vous"))
    said = told(relay, run_jobs)
    assert said["To"] == cast.member.email and "D'accord avec vous" in words_of(said)
    for word in ("Orfèvre", cast.secret.name, cast.author.name, topic.key):
        assert word not in words_of(said)
    assert not Reply.objects.filter(author=cast.member).exists()


def test_a_closed_thread_says_so_and_gives_everything_back(
    cast: Cast, topic: Contribution, mail: bytes, relay: Relay, run_jobs: Jobs
):
    Contribution.objects.filter(id=topic.id).update(are_replies_open=False)
    long = "\n\n".join(f"Paragraphe {n}, avec *des signes* !" for n in range(40))
    mailroom.deliver(to_of(mail), answer_to(mail, long))
    said = told(relay, run_jobs).get_body(("plain",)).get_content()
    assert "closes" in said
    assert all(f"Paragraphe {n}, avec *des signes* !" in said for n in range(40))  # as typed
    assert "/mail/stop/" not in said and to_of(mail) not in said


def test_an_empty_answer_is_told_so(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    mailroom.deliver(to_of(mail), answer_to(mail, ""))
    assert "aucun mot de vous" in words_of(told(relay, run_jobs))
    assert not Reply.objects.filter(author=cast.author).exists()


def test_under_a_reply_that_is_gone_the_answer_goes_to_the_topic(
    cast: Cast, mail: bytes, topic: Contribution
):
    hide_reply(Reply.objects.get(author=cast.member), by=cast.host)
    mailroom.deliver(to_of(mail), answer_to(mail, "Merci quand même"))
    row = Reply.objects.get(author=cast.author)
    assert row.parent is None and row.state == ReplyState.PUBLISHED


def test_files_dont_come_in_and_their_sender_is_told(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = (
        cast.author.email,
        to_of(mail),
        "<f@maison.example>",
    )
    message.set_content("Voici le plan.")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan-secret.pdf")
    mailroom.deliver(to_of(mail), message.as_bytes())
    said = words_of(told(relay, run_jobs))
    row = Reply.objects.get(author=cast.author)
    assert row.source == "Voici le plan." and row.key in said and "plan-secret" not in said


def test_a_machine_gets_no_answer(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs):
    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "junk"}, {"Return_Path": "<>"}):
        for address in (to_of(mail), altered(to_of(mail), 40)):
            mailroom.deliver(address, answer_to(mail, "Je suis absente", **headers))
    run_jobs()
    assert relay.received == [] and not Reply.objects.filter(author=cast.author).exists()
    assert not AnswerTaken.objects.exists()


def test_too_many_letters_wait(cast: Cast, mail: bytes, relay: Relay, run_jobs: Jobs, monkeypatch):
    monkeypatch.setattr(receiving, "A_DAY", 2)
    words = []
    for n in range(4):
        try:
            mailroom.deliver(
                altered(to_of(mail), 40), answer_to(mail, f"Essai {n}", name=f"<t{n}@maison.example>")
            )
            words.append("")
        except Undelivered as refusal:
            words.append(refusal.word)
    run_jobs()
    assert words == ["", "", "full", "full"] and len(relay.received) == 2
    assert mailroom.ANSWERS["full"][0].startswith("4")  # the mail server keeps it


def test_what_came_is_forgotten_after_the_addresses(cast: Cast, mail: bytes):
    mailroom.deliver(to_of(mail), answer_to(mail, "Oui"))
    with time_machine.travel(clock.now() + timedelta(days=32), tick=False):
        receiving.forget_old()
        assert AnswerTaken.objects.exists()
    with time_machine.travel(clock.now() + timedelta(days=46), tick=False):
        receiving.forget_old()
    assert not AnswerTaken.objects.exists()


def test_addresses_at_a_domain_of_ones_own(cast: Cast, topic: Contribution, settings: Any):
    settings.PARVIS_MAIL_IN_ADDRESS = "mail.maison.example"
    address = reply_tokens.address_for(cast.author, topic.id)
    assert mailroom.check(address) == ("reply", address.removeprefix("reply-").partition("@")[0])
    for bad in (
        f"x{address}",
        address.replace("maison", "autre"),
        f"reply-{'0' * 48}@mail.maison.example",
        ANSWERS_AT,
    ):
        with pytest.raises(Undelivered):
            mailroom.check(bad)


def test_the_database_keeps_nothing_of_a_letter_but_the_reply(cast: Cast, mail: bytes):
    mailroom.deliver(to_of(mail), answer_to(mail, "Oui"))
    (row,) = AnswerTaken.objects.values()
    assert row["outcome"] == "published" and "maison.example" not in str(row)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=200).map(lambda data: b"From: %s\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" + data),
        st.binary(max_size=200).map(lambda data: b"From: %s\r\nContent-Type: text/html; charset=" + data[:20] + b"\r\n\r\n" + data),
        st.text(max_size=200).map(lambda text: b"From: %s\r\n\r\n" + text.encode(errors="replace")),
        st.text(max_size=80).map(lambda text: b"From: %s\r\nMessage-ID: " + text.encode(errors="replace") + b"\r\n\r\nOui"),
    )
)  # fmt: skip
def test_any_bytes_are_an_answer_or_a_refusal(cast: Cast, topic: Contribution, data: bytes):
    address = reply_tokens.address_for(cast.author, topic.id)
    before, word = Reply.objects.count(), ""
    try:
        mailroom.deliver(address, data.replace(b"%s", str(cast.author.email).encode(), 1))
    except Undelivered as refusal:
        word = refusal.word
    assert not word or (word in mailroom.ANSWERS and Reply.objects.count() == before)
