"""Mails at once: told once, by the real relay, as far as allowed, in the hours and the language of who asked for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine

from parvis.accounts.models import Message
from parvis.attention.models import Notice
from parvis.attention.reading import notices_of
from parvis.contributions.marking import mark_read
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.journal.jobs import enqueue
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM
from parvis.mailing.jobs import hourly
from parvis.mailing.models import NetworkRule, PlaceLevel, PlaceRhythm, Rhythm
from parvis.membership import actions
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.testing.cast import Cast, build_cast
from parvis.testing.letters import choose, mail_at_once, opened, send_through, words_of
from parvis.testing.relay import Relay, listening
from parvis.toolkit import registry
from parvis.web.models import Network

pytestmark = pytest.mark.django_db
Jobs = Callable[[], int]


@pytest.fixture
def cast(run_jobs: Jobs) -> Cast:
    Network.objects.update_or_create(id=1, defaults={"name": "Maison Lumen"})
    found = build_cast()
    run_jobs()
    return found


@pytest.fixture
def relay(cast: Cast) -> Iterator[Relay]:
    with listening() as found:
        send_through(found)
        yield found


def note_in(space: Space, by: Person, body: str = "Qui a la clé de l'atelier ?") -> Contribution:
    kind = registry.kind_for(space, "note")
    assert kind is not None
    return kind.publish(space, body=body, by=by)


def topic_in(space: Space, by: Person, title: str, body: str = "Je la cherche depuis lundi.") -> Contribution:
    kind = registry.kind_for(space, "discussion")
    assert kind is not None
    return kind.publish(space, title=title, body=body, by=by)


def test_a_mail_goes_to_who_asked_for_it_and_to_nobody_else(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    topic = topic_in(cast.open, cast.author, "Où est la clé ?")
    reply(topic, body="Chez le gardien", by=cast.member)
    run_jobs()
    (mail,) = [opened(raw) for raw in relay.received]
    assert mail["To"] == cast.author.email
    assert mail["From"].startswith("Maison Lumen <")
    assert mail["Subject"] == f"{cast.member.name} vous a répondu : Où est la clé ?"
    for kind in ("plain", "html"):
        assert "Chez le gardien" in mail.get_body((kind,)).get_content()
    assert not Notice.objects.filter(person=cast.author, mailed_at=None).exists()


def test_told_once_by_mail_and_cleared_by_reading(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    note = note_in(cast.open, cast.author)
    reply(note, body="Chez le gardien", by=cast.member)
    run_jobs()
    hourly()
    enqueue("mailing.tell", person_id=cast.author.id)
    run_jobs()
    assert len(relay.received) == 1
    mark_read(note, clock.now(), by=cast.author)
    assert len(notices_of(cast.author).lines) == 1


def test_mails_about_one_thing_make_one_conversation(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    note = note_in(cast.open, cast.author)
    for person in (cast.member, cast.host):
        reply(note, body=f"Demandez à {person.name}", by=person)
        run_jobs()
    first, second = (opened(raw) for raw in relay.received)
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert note.key in first["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Precedence"] == "bulk"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Unsubscribe"].startswith("<http")


def test_a_closed_community_mails_no_text(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    note = note_in(cast.on_request, cast.author, "Le budget du troisième trimestre")
    reply(note, body="Il baisse de douze pour cent", by=cast.member)
    run_jobs()
    said = words_of(opened(relay.received[0]))
    assert "budget" not in said
    assert "baisse" not in said
    assert cast.on_request.name in said


def test_hosts_may_allow_texts_or_only_the_word_that_there_is_something(
    cast: Cast, relay: Relay, run_jobs: Jobs
):
    mail_at_once(cast.author)
    topic = topic_in(cast.on_request, cast.author, "Le budget du trimestre")
    for level in (2, 0):
        PlaceLevel.objects.update_or_create(space=cast.on_request, defaults={"level": level})
        reply(topic, body="Il baisse de douze pour cent", by=cast.member)
        run_jobs()
    allowed, novelty = (words_of(opened(raw)) for raw in relay.received)
    assert "baisse de douze" in allowed
    assert "budget" in allowed
    for word in ("baisse", "budget", cast.on_request.name, cast.member.name, topic.key):
        assert word not in novelty
    assert "1 nouveauté" in novelty


def test_what_was_read_or_lost_meanwhile_is_not_mailed(cast: Cast, relay: Relay, run_jobs: Jobs):
    NetworkRule.objects.create(rhythm=Rhythm.NEVER)
    with time_machine.travel("2026-11-21T23:00:00+01:00", tick=False):  # a Saturday night: nobody has hours
        choose(Rhythm.AT_ONCE, cast.author, cast.member)
        note = note_in(cast.secret, cast.author, "Suite du plan")
        reply(note, body=f"@[](person:{cast.member.key}) qu'en dis-tu ?", by=cast.host)
        run_jobs()
    assert relay.received == []
    Notice.objects.filter(person=cast.author).update(seen_at=clock.now())
    actions.remove_member(cast.secret, cast.member, by=SYSTEM)
    with time_machine.travel("2026-11-23T08:30:00+01:00", tick=False):
        hourly()
        run_jobs()
    assert relay.received == []


def test_a_night_waits_for_the_morning_and_comes_together(cast: Cast, relay: Relay, run_jobs: Jobs):
    choose(Rhythm.AT_ONCE, cast.author)
    Person.objects.filter(id=cast.author.id).update(time_zone="America/Montreal")
    with time_machine.travel("2026-11-24T09:00:00+01:00", tick=False):  # three in the morning there
        for number in range(4):
            topic = topic_in(cast.open, cast.author, f"Question {number}")
            reply(topic, body="Oui", by=cast.member)
        run_jobs()
        assert relay.received == []
    with time_machine.travel("2026-11-24T14:30:00+01:00", tick=False):
        hourly()
        run_jobs()
    (mail,) = [opened(raw) for raw in relay.received]
    for number in range(4):
        assert f"Question {number}" in words_of(mail)
    assert mail["References"] is None


def test_a_community_has_its_own_rhythm(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    PlaceRhythm.objects.create(person=cast.author, space=cast.open, rhythm=Rhythm.NEVER)
    for space in (cast.open, cast.secret):
        reply(note_in(space, cast.author), body="Oui", by=cast.member)
    run_jobs()
    (mail,) = [opened(raw) for raw in relay.received]
    assert cast.secret.name in words_of(mail)


def test_a_mail_speaks_its_readers_language(cast: Cast, run_jobs: Jobs):
    """A job has no language of its own: the sentence of the notice used to come out in English."""
    mail_at_once(cast.author, cast.host)
    Person.objects.filter(id=cast.host.id).update(language="en")
    for person in (cast.author, cast.host):
        reply(note_in(cast.open, person, "Où est la clé ?"), body="Sous le paillasson", by=cast.member)
    run_jobs()
    french, english = (Message.objects.get(person=one) for one in (cast.author, cast.host))
    for text in (french.subject, french.text, french.html):
        assert "vous a répondu" in text
        assert "replied" not in text
    assert "replied to you" in english.subject
    assert "?." not in french.text


def test_a_mail_that_cannot_leave_stops_no_other(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author, cast.host)
    Person.objects.filter(id=cast.author.id).update(email="refused@parvis.test")
    for person in (cast.author, cast.host):
        reply(note_in(cast.open, person), body="Oui", by=cast.member)
    run_jobs()
    assert [opened(raw)["To"] for raw in relay.received] == [cast.host.email]
    assert Message.objects.get(person=cast.author).state == "bounced"


def test_an_address_whose_mail_comes_back_is_left_alone(cast: Cast, relay: Relay, run_jobs: Jobs):
    mail_at_once(cast.author)
    Person.objects.filter(id=cast.author.id).update(email="refused@parvis.test")
    for _again in range(3):
        reply(note_in(cast.open, cast.author), body="Oui", by=cast.member)
        run_jobs()
    assert Message.objects.filter(person=cast.author).count() == 2
    Person.objects.filter(id=cast.author.id).update(email="better@parvis.test")
    reply(note_in(cast.open, cast.author), body="Oui", by=cast.member)
    run_jobs()
    assert opened(relay.received[-1])["To"] == "better@parvis.test"
