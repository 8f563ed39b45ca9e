"""Invitations by mail: what a mail program would read of them, and who gets none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import icalendar
import pytest
import time_machine

from parvis.accounts import mail
from parvis.accounts.models import Message
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.testing.letters import mail_at_once
from parvis.tools.calendar import actions, answers, inviting, series
from parvis.tools.calendar.tests.conftest import planned

RunJobs = Callable[[], object]


@pytest.fixture(autouse=True)
def _in_november(db: object) -> object:
    with time_machine.travel("2026-11-20T12:00:00+01:00", tick=False):
        yield


def seen(event: Contribution, by: Person) -> Contribution:
    return find_contribution(event.id, by)


def invited(cast: Cast, run_jobs: RunJobs, *, space: str = "open", **options: str) -> Contribution:
    mail_at_once(cast.member, cast.host)
    event = planned(getattr(cast, space), cast.author, body="Le texte entier", **options)
    inviting.invite(seen(event, cast.author), [cast.member.id, cast.cohost.id], by=cast.author)
    run_jobs()
    return event


def part_of(message: Message) -> tuple[str, icalendar.Event]:
    read = icalendar.Calendar.from_ical(message.calendar)
    return str(read["METHOD"]), read.walk("VEVENT")[0]


def test_an_invitation_comes_once_to_who_asked_for_mails(cast: Cast, run_jobs: RunJobs):
    event = invited(cast, run_jobs)
    message = Message.objects.get()
    assert message.person_id == cast.member.id
    method, part = part_of(message)
    assert (method, part["SEQUENCE"], str(part["SUMMARY"])) == ("REQUEST", 0, "Atelier du fil")
    assert str(part["ATTENDEE"]) == f"mailto:{cast.member.email}"
    assert str(part["ORGANIZER"]).startswith("mailto:")
    assert f"/calendar/{event.key}/" in message.text


def test_a_change_and_a_cancellation_speak_of_the_same_event_with_a_higher_sequence(
    cast: Cast, run_jobs: RunJobs
):
    event = invited(cast, run_jobs)
    options = {"day": "2026-12-02", "hour": "10:00", "end_hour": "11:00", "zone": "Europe/Paris"}
    actions.revise_event(seen(event, cast.author), options=options, by=cast.author)
    run_jobs()
    actions.cancel_event(seen(event, cast.author), word="Tempête", by=cast.author)
    run_jobs()
    parts = [part_of(message) for message in Message.objects.order_by("id")]
    assert [method for method, _part in parts] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(part["UID"]) for _method, part in parts}) == 1
    assert [part["SEQUENCE"] for _method, part in parts] == [0, 1, 2]
    assert str(parts[-1][1]["STATUS"]) == "CANCELLED"


def test_a_mail_about_one_date_says_which_and_why(cast: Cast, run_jobs: RunJobs):
    event = invited(cast, run_jobs, repeat="week", repeat_until="2026-12-22", place="Salle 1")
    Message.objects.all().delete()
    typed = {
        "day": "2026-12-10",
        "hour": "14:00",
        "end_hour": "15:00",
        "place": "Salle bleue",
        "scope": "one",
    }
    series.change_date(
        seen(event, cast.author), date(2026, 12, 8), {**typed, "word": "Livraison"}, by=cast.author
    )
    run_jobs()
    moved = Message.objects.get().text
    for said in ("2026", "14:00", "Salle bleue", "Livraison"):
        assert said in moved
    assert "09:00" not in moved
    Message.objects.all().delete()
    series.cancel_date(seen(event, cast.author), date(2026, 12, 15), word="Panne", by=cast.author)
    run_jobs()
    assert "15" in Message.objects.get().text
    assert "Panne" in Message.objects.get().text


def test_when_a_series_is_split_mail_programs_learn_where_the_old_one_ends(cast: Cast, run_jobs: RunJobs):
    event = invited(cast, run_jobs, repeat="week", repeat_until="2026-12-29")
    mail_at_once(cast.host)
    answers.answer(seen(event, cast.host), date(2026, 12, 22), "yes", by=cast.host)
    Message.objects.all().delete()
    typed = {"day": "2026-12-16", "hour": "09:00", "end_hour": "10:00", "scope": "following"}
    rest = series.change_date(seen(event, cast.author), date(2026, 12, 15), typed, by=cast.author)
    run_jobs()
    for person in (cast.member, cast.host):
        told = {
            str(part["UID"]).split("@")[0]: part
            for _m, part in map(part_of, Message.objects.filter(person=person))
        }
        assert told.keys() == {event.key, rest.key}
        assert told[event.key]["RRULE"]["UNTIL"][0].date() == date(2026, 12, 14)
        assert told[event.key]["SEQUENCE"] == 1


def test_an_invitation_to_an_event_changed_before_is_still_an_invitation(cast: Cast, run_jobs: RunJobs):
    mail_at_once(cast.member)
    Person.objects.filter(id=cast.member.id).update(language="en")
    event = planned(cast.open, cast.author)
    options = {"day": "2026-12-02", "hour": "10:00", "end_hour": "11:00", "zone": "Europe/Paris"}
    actions.revise_event(seen(event, cast.author), options=options, by=cast.author)
    run_jobs()
    inviting.invite(seen(event, cast.author), [cast.member.id], by=cast.author)
    run_jobs()
    assert "Invitation: Atelier du fil" in Message.objects.get(person=cast.member).subject


def test_of_a_closed_community_the_text_stays_inside(cast: Cast, run_jobs: RunJobs):
    invited(cast, run_jobs, space="secret")
    message = Message.objects.get()
    assert "Le texte entier" not in message.calendar + message.text + message.html
    assert message.is_private


def test_who_left_since_gets_no_mail(cast: Cast, run_jobs: RunJobs):
    from parvis.membership import actions as membership

    event = invited(cast, run_jobs, space="secret")
    Message.objects.all().delete()
    membership.remove_member(cast.secret, cast.member, by=cast.host)
    actions.cancel_event(seen(event, cast.author), word="", by=cast.author)
    run_jobs()
    assert not Message.objects.filter(person=cast.member).exclude(calendar="").exists()


def test_the_mail_itself_carries_the_method_where_programs_look_for_it(cast: Cast, run_jobs: RunJobs):
    invited(cast, run_jobs)
    composed = mail._composed(Message.objects.get(), mail.Relay("localhost", 25))
    kinds = [part.get_content_type() for part in composed.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert list(composed.walk())[-1].get_param("method") == "REQUEST"
