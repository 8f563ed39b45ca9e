"""A reminder is told once, on the morning of its day where its person lives, of what they may still read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from parvis.attention.actions import set_rules
from parvis.attention.classes import classes
from parvis.attention.models import Notice
from parvis.contributions.marks import Bookmark
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import Refused
from parvis.membership.actions import remove_member
from parvis.people.models import Person
from parvis.returning.models import Reminder
from parvis.returning.reminders import remind, tell_due
from parvis.spaces.models import Space
from parvis.testing.cast import Cast
from parvis.tools.forum.actions import open_topic

Login = Callable[[Person], Client]
NOW = datetime(2027, 3, 10, 12, tzinfo=UTC)
DAY = date(2027, 3, 12)
MORNING = datetime(2027, 3, 12, 6, 10, tzinfo=UTC)  # 7:10 in Paris
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(cast: Cast) -> Cast:
    Person.objects.filter(id=cast.member.id).update(time_zone="Europe/Paris")
    cast.member.refresh_from_db()
    return cast


def thing(cast: Cast, space: Space) -> Contribution:
    row = open_topic(space, title="Lampadaires", body="Texte", by=cast.author, options={"mode": "discussion"})
    return find_contribution(row.id, cast.member)


def told(cast: Cast) -> int:
    return Notice.objects.filter(person=cast.member, reason="bookmark").count()


def at(moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return tell_due()


def put_aside(cast: Cast, space: Space | None = None) -> Contribution:
    with time_machine.travel(NOW, tick=False):
        row = thing(cast, space or cast.open)
        remind(row, DAY, by=cast.member)
    return row


def test_told_once_on_that_morning_and_cleared_when_read(cast: Cast, client_of: Login) -> None:
    row = put_aside(cast)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        client_of(cast.member).get(
            f"/forum/{row.key}/"
        )  # read already: the reminder is cleared by opening all the same
    assert Bookmark.objects.filter(person=cast.member, contribution=row).exists()
    assert at(MORNING - timedelta(minutes=20)) == 0
    assert at(MORNING) == 1
    assert at(MORNING + timedelta(hours=1)) == 0
    assert told(cast) == 1
    with time_machine.travel(MORNING, tick=False):
        client = client_of(cast.member)
        assert "You asked to be reminded of this today" in client.get("/notifications/").content.decode()
        client.get(f"/forum/{row.key}/")
    assert not Notice.objects.filter(person=cast.member, reason="bookmark", seen_at=None).exists()


def test_the_morning_is_that_of_its_person(cast: Cast) -> None:
    put_aside(cast)
    Person.objects.filter(id=cast.member.id).update(time_zone="America/Montreal")
    assert at(MORNING) == 0
    assert at(MORNING + timedelta(hours=6)) == 1


def test_another_day_is_told_anew(cast: Cast) -> None:
    row = put_aside(cast)
    at(MORNING)
    with time_machine.travel(MORNING, tick=False):
        remind(row, DAY + timedelta(days=3), by=cast.member)
    assert at(MORNING + timedelta(days=3)) == 1
    assert told(cast) == 2


def test_nothing_of_what_cannot_be_read_any_more(cast: Cast) -> None:
    put_aside(cast, cast.secret)
    remove_member(cast.secret, cast.member, by=cast.host)
    assert at(MORNING) == 0
    assert told(cast) == 0


def test_nothing_of_what_is_no_longer_saved_or_wanted(cast: Cast, client_of: Login) -> None:
    row = put_aside(cast)
    with time_machine.travel(NOW, tick=False):
        client_of(cast.member).post(f"/go/{row.key}/save/")
    assert not Reminder.objects.filter(person=cast.member).exists()
    put_aside(cast)
    set_rules([one.slug for one in classes() if one.slug != "bookmark"], by=cast.member)
    assert at(MORNING) == 0


def test_a_day_that_is_past_today_or_too_far_is_refused(cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        row = thing(cast, cast.open)
        for day in (NOW.date(), NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=800)):
            with pytest.raises(Refused):
                remind(row, day, by=cast.member)


def test_choosing_changing_and_removing_on_pages(cast: Cast, client_of: Login) -> None:
    with time_machine.travel(NOW, tick=False):
        row, client = thing(cast, cast.open), client_of(cast.member)
        address = f"/go/{row.key}/remind/"
        assert "Next Monday" in client.get(address).content.decode()
        assert client.post(address, {"day": "demain"}).status_code == 422
        assert client.post(address, {"day": DAY.isoformat()}).status_code == 303
        assert "Reminder on" in client.get("/saved/").content.decode()
        client.post(address, {"quick": "2027-03-15", "day": ""})
        assert Reminder.objects.get(person=cast.member).day == date(2027, 3, 15)
        client.post(address, {"remove": "1"})
    assert not Reminder.objects.filter(person=cast.member).exists()
    assert Bookmark.objects.filter(person=cast.member, contribution=row).exists()
