"""iCalendar out and in: files, subscriptions, import; other people's libraries read what we write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import actions as membership
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.calendar import actions, feeds, importing, series
from parvis.tools.calendar.bundle import dump_event
from parvis.tools.calendar.models import Event, Feed, Occurrence
from parvis.tools.calendar.tests.conftest import planned

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel("2026-11-20T12:00:00+01:00", tick=False):
        yield


def read_back(data: bytes, since: date, until: date) -> list[tuple[str, object]]:
    """What a library that isn't ours makes of a calendar: each date with its beginning."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(since, until)
    return sorted(((str(one["SUMMARY"]), one["DTSTART"].dt) for one in found), key=str)


def seen(event: Contribution, by: Person) -> Contribution:
    return find_contribution(event.id, by)


def test_a_series_with_a_moved_and_a_cancelled_date_is_read_back_as_it_is_shown(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22", place="Salle du phare")
    moved = {"day": "2026-12-10", "hour": "14:00", "end_hour": "15:00", "scope": "one"}
    series.change_date(seen(event, cast.author), date(2026, 12, 8), moved, by=cast.author)
    series.cancel_date(seen(event, cast.author), date(2026, 12, 15), word="", by=cast.author)
    feed, _token = feeds.make_feed(None, by=cast.member)
    data, _tag = feeds.content_of(feed, "Le Fil")
    assert [when for _title, when in read_back(data, date(2026, 11, 1), date(2027, 3, 1))] == [
        datetime(2026, 12, 1, 9, tzinfo=PARIS),
        datetime(2026, 12, 10, 14, tzinfo=PARIS),
        datetime(2026, 12, 22, 9, tzinfo=PARIS),
    ]
    assert b"BEGIN:VTIMEZONE" in data


def test_whole_days_are_dates_and_end_the_day_after(cast: Cast):
    planned(cast.open, cast.author, whole_day="1", end_day="2026-12-02")
    feed, _token = feeds.make_feed(cast.open, by=cast.member)
    part = icalendar.Calendar.from_ical(feeds.content_of(feed, "Le Fil")[0]).walk("VEVENT")[0]
    assert (part["DTSTART"].dt, part["DTEND"].dt) == (date(2026, 12, 1), date(2026, 12, 3))


def test_a_subscription_answers_304_until_something_changes(cast: Cast, client: Client):
    event = planned(cast.open, cast.author)
    _feed, token = feeds.make_feed(None, by=cast.member)
    first = client.get(f"/calendar/feed/{token}.ics")
    assert first.status_code == 200
    assert first["Content-Type"].startswith("text/calendar")
    again = client.get(f"/calendar/feed/{token}.ics", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    actions.cancel_event(seen(event, cast.author), word="", by=cast.author)
    changed = client.get(f"/calendar/feed/{token}.ics", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert b"STATUS:CANCELLED" in changed.content


def test_rights_are_asked_anew_at_every_reading(cast: Cast, client: Client):
    planned(cast.secret, cast.author, title="Secret du phare")
    _mine, everything = feeds.make_feed(None, by=cast.member)
    _one, of_space = feeds.make_feed(cast.secret, by=cast.member)
    for token in (everything, of_space):
        assert b"Secret du phare" in client.get(f"/calendar/feed/{token}.ics").content
    membership.remove_member(cast.secret, cast.member, by=cast.host)
    assert b"Secret du phare" not in client.get(f"/calendar/feed/{everything}.ics").content
    assert client.get(f"/calendar/feed/{of_space}.ics").status_code == 404
    Person.objects.filter(id=cast.member.id).update(state="suspended")
    assert client.get(f"/calendar/feed/{everything}.ics").status_code == 404


def test_a_stopped_or_guessed_subscription_gives_nothing(cast: Cast, client: Client):
    feed, token = feeds.make_feed(None, by=cast.member)
    with pytest.raises(NotFound):
        feeds.stop_feed(feed.id, by=cast.author)
    feeds.stop_feed(feed.id, by=cast.member)
    assert client.get(f"/calendar/feed/{token}.ics").status_code == 404
    assert client.get("/calendar/feed/guessed.ics").status_code == 404
    assert not Feed.objects.exists()


def test_one_cannot_subscribe_to_what_one_cannot_read(cast: Cast):
    with pytest.raises(NotFound):
        feeds.make_feed(cast.secret, by=cast.stranger)
    with pytest.raises(NotAllowed):
        feeds.make_feed(cast.on_request, by=cast.stranger)


def test_drafts_and_hidden_events_are_in_no_subscription(cast: Cast):
    from parvis.contributions.actions import hide

    actions.draft_event(cast.open, title="Brouillon", body="", by=cast.member)
    event = planned(cast.open, cast.author, title="Cachette")
    feed, _token = feeds.make_feed(None, by=cast.member)
    assert b"Cachette" in feeds.content_of(feed, "Le Fil")[0]
    hide(seen(event, cast.host), reason="Hors sujet", by=cast.host)
    data, _tag = feeds.content_of(feed, "Le Fil")
    assert b"Cachette" not in data
    assert b"Brouillon" not in data


FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Elsewhere//EN
BEGIN:VEVENT
UID:series@elsewhere
SUMMARY:Point d'équipe
DTSTART;TZID=Europe/Paris:20261201T090000
DTEND;TZID=Europe/Paris:20261201T093000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=Europe/Paris:20261208T090000
LOCATION:Salle 2
END:VEVENT
BEGIN:VEVENT
UID:series@elsewhere
RECURRENCE-ID;TZID=Europe/Paris:20261215T090000
SUMMARY:Point d'équipe
DTSTART;TZID=Europe/Paris:20261216T110000
DTEND;TZID=Europe/Paris:20261216T113000
END:VEVENT
BEGIN:VEVENT
UID:holiday@elsewhere
SUMMARY:Pont
DTSTART;VALUE=DATE:20270514
END:VEVENT
BEGIN:VEVENT
UID:bomb@elsewhere
SUMMARY:Bombe
DTSTART:20261201T090000Z
RRULE:FREQ=SECONDLY
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_a_file_is_read_with_its_exceptions_and_its_bombs_are_left_out(cast: Cast):
    report = importing.import_calendar(cast.open, FILE, by=cast.member)
    assert (report.added, report.known, len(report.left_out)) == (2, 0, 1)
    assert report.left_out[0].startswith("Bombe")
    event = Event.objects.get(uid="series@elsewhere")
    rows = Occurrence.objects.filter(contribution_id=event.pk).order_by("original_on")
    assert [(str(row.first_on), row.is_cancelled) for row in rows] == [
        ("2026-12-01", False),
        ("2026-12-08", True),
        ("2026-12-16", False),
        ("2026-12-22", False),
    ]
    again = importing.import_calendar(cast.open, FILE, by=cast.member)
    assert (again.added, again.known) == (0, 2)
    assert not Contribution.objects.filter(kind="event", is_listed=True).exists(), (
        "the stream isn't disturbed"
    )


def file_of(*lines: str) -> bytes:
    """A calendar file of one event."""
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(whole).encode()


def test_one_date_of_a_series_alone_is_an_event_and_comes_once(cast: Cast):
    for at in ("20270702T110000Z", "20270709T110000Z"):
        data = file_of("UID:a", "SUMMARY:Seule", f"RECURRENCE-ID:{at}", f"DTSTART:{at}")
        assert importing.import_calendar(cast.open, data, by=cast.member).added == 1
        assert importing.import_calendar(cast.open, data, by=cast.member).known == 1
    assert Occurrence.objects.count() == 2


def test_dates_listed_one_by_one_are_said_not_to_be_read_rather_than_lost(cast: Cast):
    data = file_of("UID:b", "SUMMARY:Trois", "DTSTART:20270702T090000Z", "RDATE:20270709T090000Z")
    report = importing.import_calendar(cast.open, data, by=cast.member)
    assert (report.added, len(report.left_out)) == (0, 1)


def test_of_a_long_or_doubled_title_the_beginning_is_kept(cast: Cast):
    data = file_of("UID:c", "SUMMARY:" + "é" * 500, "SUMMARY:Deux", "DTSTART:20270702T090000Z")
    assert importing.import_calendar(cast.open, data, by=cast.member).added == 1
    assert Contribution.objects.get(kind="event").title == "é" * 200


def test_what_we_write_we_read_back_the_same(cast: Cast):
    event = planned(
        cast.open, cast.author, repeat="month_weekday", repeat_until="2027-06-30", place="Salle 3"
    )
    feed, _token = feeds.make_feed(cast.open, by=cast.member)
    data, _tag = feeds.content_of(feed, "Le Fil")
    importing.import_calendar(cast.secret, data, by=cast.member)
    copy = Event.objects.exclude(pk=event.pk).get()
    same = ("first_on", "last_on", "starts", "ends", "zone", "rule", "place")
    first, second = dump_event(event), dump_event(copy.contribution)
    assert {name: first.get(name) for name in same} == {name: second.get(name) for name in same}


def test_what_we_wrote_comes_back_to_its_community_without_doubling(cast: Cast):
    planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    feed, _token = feeds.make_feed(cast.open, by=cast.member)
    data, _tag = feeds.content_of(feed, "Le Fil")
    report = importing.import_calendar(cast.open, data, by=cast.member)
    assert (report.added, report.known) == (0, 1)
    assert Event.objects.count() == 1
    elsewhere = data.replace(b"UID:", b"UID:x")
    assert importing.import_calendar(cast.open, elsewhere, by=cast.member).added == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.4",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"\x00" * 100,
        b"x" * 600_000,
        b"\n" * 30_000,
    ],
)
def test_what_is_no_calendar_is_refused_with_a_sentence(cast: Cast, data: bytes):
    with pytest.raises(Refused):
        importing.import_calendar(cast.open, data, by=cast.member)


def test_too_many_events_are_refused_whole(cast: Cast):
    one = "BEGIN:VEVENT\r\nUID:u{0}\r\nSUMMARY:Un\r\nDTSTART;VALUE=DATE:20261201\r\nEND:VEVENT\r\n"
    many = "BEGIN:VCALENDAR\r\n" + "".join(one.format(number) for number in range(201)) + "END:VCALENDAR\r\n"
    with pytest.raises(Refused):
        importing.import_calendar(cast.open, many.encode(), by=cast.member)


LINE = st.one_of(
    st.sampled_from(FILE.decode().split("\r\n")),
    st.sampled_from(
        [
            "DTSTART:00000000T000000Z",
            "DTSTART:99991231T235959Z",
            "DTSTART;TZID=Mars/Base:20261201T090000",
            "DURATION:P99999999999D",
            "DURATION:-P1D",
            "RRULE:FREQ=DAILY;UNTIL=99991231",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "RRULE:FREQ=WEEKLY;BYDAY=MO,,",
            "EXDATE:garbage",
            "RECURRENCE-ID:20261201",
            "URL:javascript:alert(1)",
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Paris",
        ]
    ),
    st.text(max_size=60),
)


@given(lines=st.lists(LINE, max_size=30))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_breaks_the_reading(lines: list[str]):
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])
    try:
        found, _report = importing.read_calendar(text.encode("utf-8", errors="replace"))
    except Refused:
        return
    for one in found:
        assert one.plan.first_on <= one.plan.last_on
        assert one.plan.link.startswith(("http://", "https://")) or not one.plan.link


@given(data=st.binary(max_size=400))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_the_reading(data: bytes):
    with pytest.raises(Refused):
        importing.read_calendar(data)


def test_the_page_imports_and_says_how_many(cast: Cast, client_of: Callable[[Person], Client]):
    given = {"file": SimpleUploadedFile("dates.ics", FILE, "text/calendar")}
    answer = client_of(cast.member).post(f"{cast.open.url}calendar/import/", given)
    assert answer.status_code == 200
    assert "2 events added." in answer.content.decode()
    assert client_of(cast.member).post(f"{cast.open.url}calendar/import/", {}).status_code == 422


def test_one_event_is_taken_along_in_utc_when_it_is_planned_so(
    cast: Cast, client_of: Callable[[Person], Client]
):
    event = planned(cast.open, cast.author, zone="UTC")
    data = client_of(cast.member).get(f"/calendar/{event.key}/event.ics").content
    assert read_back(data, date(2026, 12, 1), date(2026, 12, 2)) == [
        ("Atelier du fil", datetime(2026, 12, 1, 9, tzinfo=UTC))
    ]
