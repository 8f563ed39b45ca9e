"""A planned text is opened on its day, once, in its host's name; whoever no longer hosts opens nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from parvis.accounts.sessions import BACKEND
from parvis.contributions import recurring
from parvis.contributions.models import Contribution
from parvis.contributions.recurring import Recurring
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, count_statements
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import actions as membership
from parvis.people.models import Person
from parvis.spaces.models import SpaceTool
from parvis.testing.cast import Cast, build_cast
from parvis.toolkit.recurring import open_recurring
from parvis.web.models import Network

PARIS = ZoneInfo("Europe/Paris")
WEEKLY = {
    "option": "discussion",
    "title": "Question du {date}",
    "body": "Et vous ?",
    "every": "week",
    "day": 0,
    "hour": 9,
}


@pytest.fixture
def cast(db: None) -> Cast:
    Network.objects.get_or_create(id=1)
    return build_cast()


def client_of(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    Person.objects.filter(id=person.id).update(language="en")
    client.force_login(person, backend=BACKEND)
    return client


def opened(cast: Cast) -> list[Contribution]:
    return list(cast.open.contributions.filter(author=cast.host).order_by("id"))


def test_a_weekly_text_is_opened_once_on_its_day_in_its_hosts_name(cast: Cast):
    row = recurring.plan(cast.open, by=cast.host, **WEEKLY)
    assert row.next_at > clock.now()
    assert row.next_at.astimezone(timezone.get_default_timezone()).weekday() == 0
    open_recurring()
    assert opened(cast) == []
    with time_machine.travel(row.next_at + timedelta(minutes=3), tick=False):
        open_recurring()
        open_recurring()
        (made,) = opened(cast)
        assert made.is_published
        assert "{date}" not in made.title
        assert made.title.startswith("Question du ")
    row.refresh_from_db()
    assert row.last_id == made.id


def test_weeks_without_a_worker_open_one_text_not_one_for_each(cast: Cast):
    row = recurring.plan(cast.open, by=cast.host, **WEEKLY)
    with time_machine.travel(row.next_at + timedelta(days=30), tick=False):
        open_recurring()
        assert len(opened(cast)) == 1
        row.refresh_from_db()
        assert row.next_at > clock.now()


@pytest.mark.parametrize(
    ("every", "day", "after", "expected"),
    [
        ("week", 0, datetime(2027, 3, 22, 8, 59, tzinfo=PARIS), datetime(2027, 3, 22, 9, 0, tzinfo=PARIS)),
        (
            "week",
            0,
            datetime(2027, 3, 22, 9, 0, tzinfo=PARIS),
            datetime(2027, 3, 29, 9, 0, tzinfo=PARIS),
        ),  # summer time
        ("month", 28, datetime(2027, 2, 28, 10, 0, tzinfo=PARIS), datetime(2027, 3, 28, 9, 0, tzinfo=PARIS)),
        ("month", 1, datetime(2027, 12, 15, 10, 0, tzinfo=PARIS), datetime(2028, 1, 1, 9, 0, tzinfo=PARIS)),
    ],
)
def test_the_next_day_is_reckoned_in_the_authors_own_time(
    every: str, day: int, after: datetime, expected: datetime
):
    row = Recurring(every=every, day=day, hour=9, author=Person(time_zone="Europe/Paris"))
    assert recurring.following(row, after) == expected


def test_who_no_longer_hosts_opens_nothing_and_the_plan_says_why(cast: Cast):
    row = recurring.plan(cast.open, by=cast.host, **WEEKLY)
    membership.set_host(cast.open, cast.member, by=SYSTEM)
    membership.remove_member(cast.open, cast.host, by=SYSTEM)
    with time_machine.travel(row.next_at + timedelta(minutes=1), tick=False):
        open_recurring()
    assert opened(cast) == []
    row.refresh_from_db()
    assert row.paused_at is not None
    assert cast.host.display_name in row.paused_because
    recurring.resume(recurring.find(cast.open, row.id), by=cast.member)
    row.refresh_from_db()
    assert (row.paused_at, row.author_id) == (None, cast.member.id)


def test_a_tool_switched_off_pauses_the_plan(cast: Cast):
    row = recurring.plan(cast.open, by=cast.host, **WEEKLY)
    SpaceTool.objects.filter(space=cast.open, slug="forum").delete()
    with time_machine.travel(row.next_at + timedelta(minutes=1), tick=False):
        open_recurring()
    row.refresh_from_db()
    assert row.paused_at is not None
    assert opened(cast) == []


def test_a_paused_plan_opens_nothing_and_a_stopped_one_is_forgotten(cast: Cast):
    row = recurring.plan(cast.open, by=cast.host, **WEEKLY)
    recurring.pause(row, by=cast.host)
    with time_machine.travel(row.next_at + timedelta(days=9), tick=False):
        open_recurring()
    assert opened(cast) == []
    recurring.stop(row, by=cast.host)
    assert not Recurring.objects.exists()


def test_only_hosts_of_the_place_plan_and_change(cast: Cast):
    row = recurring.plan(cast.secret, by=cast.host, **WEEKLY)
    for person, error in (
        (cast.member, NotAllowed),
        (cast.cohost, NotAllowed),
        (cast.stranger, NotFound),
        (cast.host_elsewhere, NotFound),
    ):
        with pytest.raises(error):
            recurring.plan(cast.secret, by=person, **WEEKLY)
        for act in (recurring.pause, recurring.resume, recurring.stop):
            with pytest.raises(error):
                act(row, by=person)
        path = f"{cast.secret.url}host/recurring/"
        assert client_of(person).get(path).status_code in (403, 404)
        assert client_of(person).post(f"{path}{_key(row)}/stop/").status_code in (403, 404)
    assert Recurring.objects.filter(id=row.id, paused_at=None).exists()
    assert (
        client_of(cast.host_elsewhere)
        .post(f"{cast.elsewhere.url}host/recurring/{_key(row)}/stop/")
        .status_code
        == 404
    )


def _key(row: Recurring) -> str:
    from parvis.kernel.ids import encode

    return encode(row.id)


@pytest.mark.parametrize(
    "change",
    [
        {"every": "day"},
        {"day": 7},
        {"day": -1},
        {"hour": 24},
        {"title": "", "body": ""},
        {"every": "month", "day": 29},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(cast: Cast, change: dict[str, object]):
    with pytest.raises(Refused):
        recurring.plan(cast.open, by=cast.host, **{**WEEKLY, **change})  # type: ignore[arg-type]


def test_the_hosts_page_plans_keeps_what_was_typed_and_asks_few_queries(cast: Cast):
    client = client_of(cast.host)
    path = f"{cast.open.url}host/recurring/"
    form = {
        "option": "discussion",
        "title": "Le tour de table",
        "body": "Une nouvelle chacun.",
        "every": "month",
        "monthday": "3",
        "hour": "10",
    }
    refused = client.post(path, {**form, "hour": "quand vous voulez"})
    assert refused.status_code == 422
    assert "Le tour de table" in refused.content.decode()
    assert client.post(path, {**form, "option": "nonsense"}).status_code == 422
    assert client.post(path, form).status_code == 303
    row = Recurring.objects.get()
    assert (row.every, row.day, row.hour, row.audience) == ("month", 3, 10, cast.open.audience)
    with count_statements() as seen:
        assert "Le tour de table" in client.get(path).content.decode()
    assert len(seen) <= 8, seen.texts
    assert client.post(f"{path}{_key(row)}/", {**form, "title": "Autre"}).status_code == 303
    row.refresh_from_db()
    assert row.title == "Autre"
    assert client.post(f"{path}{_key(row)}/pause/").status_code == 303
    assert client.post(f"{path}{_key(row)}/explode/").status_code == 404
