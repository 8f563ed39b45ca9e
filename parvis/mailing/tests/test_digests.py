"""Digests: to whom and when, what is in them and what isn't, as far as allowed; what read and what mailed never again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from parvis.accounts.models import Message, Session
from parvis.accounts.sessions import BACKEND
from parvis.contributions.marking import follow, mark_read
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, count_statements
from parvis.kernel.ids import encode
from parvis.mailing.due import digests_due
from parvis.mailing.jobs import hourly
from parvis.mailing.models import Digest, Habit, Level, Mailed, NetworkRule, PlaceLevel, PlaceRhythm, Rhythm
from parvis.mailing.sending import next_digest, send_digest
from parvis.mailing.tests.test_at_once import Jobs, cast, note_in, relay, topic_in  # noqa: F401
from parvis.membership import actions
from parvis.people.models import Person
from parvis.spaces.models import Level as Follows
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.testing.letters import choose, opened, words_of
from parvis.testing.relay import Relay

pytestmark = pytest.mark.django_db
TUESDAY = "2026-11-24T08:30:00+01:00"


@pytest.fixture(autouse=True)
def _monday(cast: Cast) -> Iterator[None]:  # noqa: F811
    """Everything happens on a Monday afternoon; nobody gets letters but who is chosen."""
    NetworkRule.objects.update_or_create(id=1, defaults={"rhythm": Rhythm.NEVER, "level": Level.WHOLE})
    with time_machine.travel("2026-11-23T15:00:00+01:00", tick=True):
        yield


def morning(run_jobs: Jobs, at: str = TUESDAY) -> None:
    """What the hourly job does at that moment, by the real worker's jobs and the real relay."""
    with time_machine.travel(at, tick=True):
        hourly()
        run_jobs()


def three_topics(space: Space, by: Person) -> list[Contribution]:
    titles = ("Les lampes du second", "Le vélo bleu", "Réunion de rentrée")
    return [topic_in(space, by, title, f"Voici pourquoi {title.lower()}.") for title in titles]


def letters(relay: Relay) -> list[str]:  # noqa: F811
    return [words_of(opened(raw)) for raw in relay.received]


def test_what_is_for_the_reader_comes_first_then_what_moved(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.open, cast.author)
    mine = topic_in(cast.open, cast.member, "Où est la clé ?")
    reply(mine, body="Chez le gardien", by=cast.author)
    run_jobs()
    morning(run_jobs)
    (mail,) = [opened(raw) for raw in relay.received]
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"] == cast.member.email
    assert mail["Subject"].startswith(f"{cast.author.name} vous a répondu")
    assert mail["Subject"].endswith("(et 3 autres)")
    assert text.startswith("POUR VOUS")
    assert text.index("Chez le gardien") < text.index("DANS VOS COMMUNAUTÉS") < text.index("Le vélo bleu")
    assert "Bonjour" not in text


def test_the_twin_says_the_same_and_loads_nothing(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    for topic in three_topics(cast.open, cast.author):
        reply(topic, body="Une réponse & <b>du balisage</b>", by=cast.host)
    run_jobs()
    morning(run_jobs)
    (mail,) = [opened(raw) for raw in relay.received]
    html, text = (mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    for said in (
        "Les lampes du second",
        "Voici pourquoi le vélo bleu.",
        cast.open.name,
        "Arrêter ces courriels",
    ):
        assert said in html
        assert said in text
    assert "<b>du" not in html
    for loaded in ("<img", "url(", "@import", "<link", "<script", " src="):
        assert loaded not in html
    assert "prefers-color-scheme: dark" in html
    assert max(len(line) for line in mail.as_bytes().split(b"\n")) < 998


def test_who_came_back_gets_none_unless_they_ask(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member, cast.host)
    choose(Rhythm.DAILY, cast.cohost, is_always=True)
    three_topics(cast.open, cast.author)
    for number, person in enumerate((cast.member, cast.cohost)):
        Session.objects.create(
            session_key=f"a{number}", person=person, expire_date=clock.now() + timedelta(days=9)
        )
    run_jobs()
    morning(run_jobs)
    assert {opened(raw)["To"] for raw in relay.received} == {cast.host.email, cast.cohost.email}


def test_on_a_monday_who_was_here_on_friday_was_not_away(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member, seen_on="2026-11-27")
    choose(Rhythm.DAILY, cast.host, seen_on="2026-11-26")
    three_topics(cast.open, cast.author)
    run_jobs()
    morning(run_jobs, "2026-11-30T08:30:00+01:00")
    assert [opened(raw)["To"] for raw in relay.received] == [cast.host.email]


def test_signing_out_does_not_make_one_absent(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.open, cast.author)
    client = Client()
    client.force_login(cast.member, backend=BACKEND)
    client.post("/accounts/logout/")
    run_jobs()
    morning(run_jobs)
    assert relay.received == []


def test_the_hour_is_the_readers_own_and_not_at_the_weekend(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member, hour=10)
    Person.objects.filter(id=cast.member.id).update(time_zone="Asia/Tokyo")
    three_topics(cast.open, cast.author)
    run_jobs()
    for hour in ("2026-11-28T11:00:00+09:00", "2026-11-24T09:30:00+09:00", "2026-11-24T16:30:00+09:00"):
        morning(run_jobs, hour)
    assert relay.received == []
    morning(run_jobs, "2026-11-24T10:30:00+09:00")
    assert len(relay.received) == 1


def test_the_same_morning_and_the_same_thing_come_once(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    topics = three_topics(cast.open, cast.author)
    run_jobs()
    morning(run_jobs)
    morning(run_jobs, "2026-11-24T09:30:00+01:00")
    assert len(relay.received) == 1
    with time_machine.travel("2026-11-24T15:00:00+01:00", tick=True):
        for number in range(3):
            topic_in(cast.open, cast.author, f"Du neuf {number}")
        reply(topics[0], body="Encore un mot", by=cast.host)
        run_jobs()
    morning(run_jobs, "2026-11-25T08:30:00+01:00")
    assert len(relay.received) == 2
    second = letters(relay)[1]
    assert "Du neuf 2" in second
    assert "Encore un mot" in second
    assert "Le vélo bleu" not in second
    assert Mailed.objects.filter(person=cast.member).count() == 6


def test_what_was_read_is_not_told_again(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    topics = three_topics(cast.open, cast.author)
    topic_in(cast.open, cast.author, "Le quatrième")
    mark_read(topics[0], clock.now(), by=cast.member)
    follow(topics[1], Follows.MUTED, by=cast.member)
    topic_in(cast.open, cast.author, "Le cinquième")
    run_jobs()
    morning(run_jobs)
    (said,) = letters(relay)
    assert "Le quatrième" in said
    assert topics[0].title not in said
    assert topics[1].title not in said


def test_too_little_is_left_out_but_never_what_is_for_one(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member, cast.host)
    topic_in(cast.open, cast.author, "Une seule chose")
    note_in(cast.open, cast.author, f"@[](person:{cast.host.key}) regarde")
    run_jobs()
    morning(run_jobs)
    assert [opened(raw)["To"] for raw in relay.received] == [cast.host.email]
    assert Digest.objects.get(person=cast.member).message_id is None


def test_levels_of_the_network_of_hosts_and_of_readers(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    """Nothing but a number, titles, first lines, whole texts: the lowest of three wins."""
    long = "Un début. " + "Et encore une phrase. " * 30 + "La toute fin."
    topics = [topic_in(cast.open, cast.author, f"Titre {number}", long) for number in range(3)]
    run_jobs()
    said = {}
    for level in Level:
        Digest.objects.all().delete()
        Mailed.objects.all().delete()
        choose(Rhythm.DAILY, cast.member, level=level)
        morning(run_jobs)
        said[level] = words_of(opened(relay.received[-1]))
    assert "Subject: 3 nouveautés" in said[Level.NOVELTY]
    for word in ("Titre", cast.open.name, cast.author.name, topics[0].key, "Un début"):
        assert word not in said[Level.NOVELTY]
    assert "Titre 1" in said[Level.TITLES]
    assert "Un début" not in said[Level.TITLES]
    assert "Un début" in said[Level.EXCERPTS]
    assert "La toute fin" not in said[Level.EXCERPTS]
    assert "La toute fin" in said[Level.WHOLE]
    Digest.objects.all().delete()
    Mailed.objects.all().delete()
    PlaceLevel.objects.create(space=cast.open, level=Level.TITLES)
    morning(run_jobs)
    assert "Un début" not in words_of(opened(relay.received[-1]))
    Digest.objects.all().delete()
    Mailed.objects.all().delete()
    NetworkRule.objects.update(level=Level.NOVELTY)
    morning(run_jobs)
    assert "Titre" not in words_of(opened(relay.received[-1]))


def test_what_cannot_be_read_any_more_is_neither_told_nor_counted(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.secret, cast.author)
    note_in(cast.secret, cast.author, f"@[](person:{cast.member.key}) regarde")
    three_topics(cast.open, cast.host)
    run_jobs()
    actions.remove_member(cast.secret, cast.member, by=SYSTEM)
    run_jobs()
    morning(run_jobs)
    (mail,) = [opened(raw) for raw in relay.received]
    assert mail["Subject"].endswith("(et 2 autres)")
    for word in (cast.secret.name, cast.author.name, "nouveauté"):
        assert word not in words_of(mail)


def test_names_are_those_of_the_moment_it_is_sent(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.open, cast.author)
    topic_in(cast.open, cast.host, "Merci", f"Merci à @[](person:{cast.author.key}) pour tout")
    run_jobs()
    author = Person.objects.get(id=cast.author.id)
    author.display_name = "Aude Nouvelle"
    author.save(update_fields=["display_name"])
    morning(run_jobs)
    (said,) = letters(relay)
    assert "@Aude Nouvelle" in said
    assert cast.author.display_name not in said


def test_a_community_may_come_daily_weekly_or_never(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.WEEKLY, cast.member)
    PlaceRhythm.objects.create(person=cast.member, space=cast.secret, rhythm=Rhythm.DAILY)
    PlaceRhythm.objects.create(person=cast.member, space=cast.on_request, rhythm=Rhythm.NEVER)
    for space in (cast.open, cast.secret, cast.on_request):
        for number in range(3):
            topic_in(space, cast.author, f"{space.name} {number}")
    Habit.objects.filter(person=cast.member).update(seen_on="2026-11-22")
    run_jobs()
    morning(run_jobs)
    morning(run_jobs, "2026-11-30T08:30:00+01:00")
    daily, weekly = letters(relay)
    assert f"{cast.secret.name} 1" in daily
    assert f"{cast.open.name} 1" not in daily
    assert f"{cast.open.name} 1" in weekly
    assert f"{cast.secret.name} 1" not in weekly
    assert f"{cast.on_request.name} 1" not in daily + weekly


def test_ten_things_at_most_and_no_place_fills_the_letter(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    for number in range(12):
        topic_in(cast.open, cast.author, f"Ouvert {number}")
    topic_in(cast.secret, cast.author, "Un mot ailleurs")
    run_jobs()
    morning(run_jobs)
    (mail,) = [opened(raw) for raw in relay.received]
    said = words_of(mail)
    assert mail.get_body(("plain",)).get_content().count("/go/") == 10
    assert mail.get_body(("html",)).get_content().count("<h1") == 10
    assert "Un mot ailleurs" in said
    assert "Il y a encore à lire" in said


def test_without_a_relay_nothing_is_queued(cast: Cast, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.open, cast.author)
    run_jobs()
    morning(run_jobs)
    assert not Digest.objects.exists()
    assert not Message.objects.exists()


def test_who_came_back_between_the_hour_and_the_job_gets_none(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.open, cast.author)
    run_jobs()
    with time_machine.travel(TUESDAY, tick=True):
        hourly()
        Habit.objects.filter(person=cast.member).update(seen_on="2026-11-24")
        run_jobs()
    assert relay.received == []
    assert not Digest.objects.exists()


def test_the_preview_is_the_letter(cast: Cast, relay: Relay, run_jobs: Jobs):  # noqa: F811
    choose(Rhythm.DAILY, cast.member)
    three_topics(cast.open, cast.author)
    run_jobs()
    with time_machine.travel(TUESDAY, tick=True):
        with translation.override("fr"):
            found = next_digest(cast.member)
        assert found is not None
        assert not Digest.objects.exists()
        assert not Mailed.objects.exists()
        message = send_digest(cast.member.id)
    assert message is not None
    assert message.headers["Message-ID"].startswith(f"<digest.{encode(Digest.objects.get().id)}@")
    assert found[1].subject == message.subject


def test_finding_who_is_due_costs_the_same_however_many_they_are(cast: Cast, relay: Relay):  # noqa: F811
    def cost() -> int:
        with count_statements() as seen:
            digests_due(datetime.fromisoformat(TUESDAY))
        return len(seen)

    few = cost()
    people = [
        Person(display_name=f"Personne {number}", email=f"p{number}@parvis.test") for number in range(300)
    ]
    Person.objects.bulk_create(people)
    choose(Rhythm.DAILY, *people[:50])
    assert cost() == few
    assert few <= 3
    assert len(digests_due(datetime.fromisoformat(TUESDAY))) >= 50
