"""A phone's calendar, with the client library that programs use: it finds, reads, and may not write."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import caldav
import httpx
import icalendar
import pytest
from caldav.lib.error import AuthorizationError
from defusedxml import ElementTree

from parvis.accounts.app_passwords import make_app_password, take_back
from parvis.contributions.actions import revise
from parvis.dav.multistatus import clean
from parvis.dav.tests.programs import program_of
from parvis.kernel.db import acting
from parvis.membership.actions import remove_member
from parvis.testing.browsers import Site
from parvis.testing.cast import Cast, build_cast
from parvis.tools.calendar.actions import publish_event
from parvis.web.models import Network

DAY = datetime.now(UTC).date() + timedelta(days=30)


def plan(cast: Cast, space: Any, title: str = "Visite du quai", **more: str) -> Any:
    options = {"day": DAY.isoformat(), "hour": "10:00", "end_hour": "11:30", "zone": "Europe/Paris", **more}
    return publish_event(space, title=title, body="Avec des bottes.", by=cast.author, options=options)


def at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


@pytest.fixture
def meeting(live_site: Site) -> tuple[Site, Cast]:
    with acting(None):
        Network.objects.get_or_create(id=1)
        cast = build_cast()
    with acting(cast.author):
        plan(cast, cast.secret)
        plan(
            cast,
            cast.on_request,
            "Ronde du lundi",
            repeat="week",
            repeat_until=(DAY + timedelta(days=21)).isoformat(),
        )
    return live_site, cast


def client_of(site: Site, person: Any) -> caldav.DAVClient:
    with acting(person):
        _kept, secret = make_app_password("Téléphone", "calendar", by=person)
    return caldav.DAVClient(url=site / "/caldav/", username=person.email, password=secret)


def test_a_phone_finds_the_calendars_and_reads_their_events(meeting: tuple[Site, Cast]):
    site, cast = meeting
    with client_of(site, cast.member) as client:
        calendars = {one.get_display_name(): one for one in client.principal().calendars()}
        assert {cast.secret.name, cast.on_request.name} <= set(calendars)
        found = calendars[cast.secret.name].search(start=at(DAY), end=at(DAY + timedelta(days=1)), event=True)
        assert [str(one.icalendar_component["summary"]) for one in found] == ["Visite du quai"]
        assert calendars[cast.secret.name].search(start=at(DAY, 12), end=at(DAY, 20), event=True) == []
        everything = next(one for one in calendars.values() if one.url.path.endswith("/mine/"))
        assert {str(one.icalendar_component["summary"]) for one in everything.events()} == {
            "Visite du quai",
            "Ronde du lundi",
        }
        one = everything.events()[0]
        assert b"METHOD" not in one.data.encode()
        known = everything.event_by_uid(str(one.icalendar_component["uid"]))
        assert known.icalendar_component["uid"] == one.icalendar_component["uid"]
        again = everything.calendar_multiget([one.url])
        assert icalendar.Calendar.from_ical(next(iter(again)).data).walk("VEVENT")


def test_it_may_not_write(meeting: tuple[Site, Cast]):
    site, cast = meeting
    with client_of(site, cast.member) as client:
        calendar = client.principal().calendars()[0]
        with pytest.raises(AuthorizationError):
            calendar.save_event(dtstart=at(DAY, 8), dtend=at(DAY, 9), summary="De trop")
        with pytest.raises(AuthorizationError):
            client.principal().make_calendar(name="De trop")
        with pytest.raises(AuthorizationError):
            calendar.events()[0].delete()


def test_it_is_found_from_the_sites_address_alone(meeting: tuple[Site, Cast]):
    site, _cast = meeting
    answer = httpx.request("PROPFIND", site / "/.well-known/caldav")
    assert (answer.status_code, answer.headers["location"]) == (301, "/caldav/")


def told(program: Any, path: str, method: str = "PROPFIND", body: str = "", depth: str = "1") -> str:
    answer = program(method, path, body, depth=depth)
    assert answer.status == 207, answer
    return answer.text


def test_a_tag_changes_with_its_event_and_a_leaver_reads_no_more(cast: Cast):
    event = plan(cast, cast.secret)
    member = program_of(cast.member, "calendar", "/caldav")
    home, ours = "/calendars/", f"/calendars/c-{cast.secret.slug}/"
    ask = (
        '<propfind xmlns="DAV:" xmlns:C="http://calendarserver.org/ns/"><prop><C:getctag/></prop></propfind>'
    )
    before, ones = told(member, ours, body=ask, depth="0"), told(member, ours)
    assert event.key in ones
    revise(event, title="Visite du pont", body="Avec des bottes.", by=cast.author)
    assert told(member, ours, body=ask, depth="0") != before
    assert told(member, ours) != ones
    remove_member(cast.secret, cast.member, by=cast.host)
    assert cast.secret.name not in told(member, home)
    assert member("PROPFIND", ours, depth="0").status == 404
    assert member("GET", f"{ours}{event.key}.ics").status == 404
    gone = f'<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop><D:href>/caldav/calendars/mine/{event.key}.ics</D:href></C:calendar-multiget>'
    assert "Visite" not in told(member, "/calendars/mine/", "REPORT", gone)


def test_a_stranger_finds_no_calendar_of_a_secret_community(cast: Cast):
    event = plan(cast, cast.secret)
    stranger = program_of(cast.stranger, "calendar", "/caldav")
    assert cast.secret.slug not in told(stranger, "/calendars/")
    for path in (
        f"/calendars/c-{cast.secret.slug}/",
        f"/calendars/c-{cast.secret.slug}/{event.key}.ics",
        f"/calendars/mine/{event.key}.ics",
    ):
        assert stranger("PROPFIND", path, depth="0").status == 404
        assert stranger("GET", path).status == 404


def test_a_password_of_files_opens_no_calendar_and_one_taken_back_nothing(cast: Cast):
    files = program_of(cast.member, "files", "/caldav")
    assert files("PROPFIND", "/", depth="0").status == 401
    kept, secret = make_app_password("Téléphone", "calendar", by=cast.member)
    phone = type(files)(cast.member.email, secret, "/caldav")
    assert phone("PROPFIND", "/", depth="0").status == 207
    take_back(kept.id, by=cast.member)
    assert phone("PROPFIND", "/", depth="0").status == 401


def test_a_letter_that_xml_knows_not_breaks_nobodys_calendar(cast: Cast):
    plan(cast, cast.secret)
    cast.secret.name = "Quai\uffff\x02 nord"
    cast.secret.save(update_fields=["name"])
    member = program_of(cast.member, "calendar", "/caldav")
    ElementTree.fromstring(told(member, f"/calendars/c-{cast.secret.slug}/"))
    assert clean("Quai\uffff\ufffe\x02 nord\n") == "Quai nord\n"
