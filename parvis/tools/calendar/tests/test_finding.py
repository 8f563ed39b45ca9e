"""Finding a date: moments proposed, who can when, one kept and made an event; zones and days that change hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from parvis.attention.models import Notice
from parvis.ballots.models import Box, Choice
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import NotAllowed, Refused
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import SpaceTool
from parvis.testing.cast import Cast
from parvis.tools.calendar import finding
from parvis.tools.calendar.models import Answer, Event, Guest, Question

ClientOf = Callable[[Person], Client]
FORM = {
    "title": "Bilan du fil", "body": "", "lines": "4", "zone": "Europe/Paris", "place": "Salle du phare",
    "day_1": "2026-12-01", "hour_1": "09:00", "end_1": "10:00", "day_2": "2026-12-03", "hour_2": "14:00", "end_2": "15:30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel("2026-11-20T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def cast_with_ballots(cast: Cast) -> Cast:
    for slug in ("calendar", "polls"):
        SpaceTool.objects.get_or_create(space=cast.open, slug=slug)
    return cast


def asked_by(client: Client, cast: Cast, **more: str) -> Contribution:
    answer = client.post(f"{cast.open.url}calendar/dates/", FORM | more)
    assert answer.status_code == 303, answer.content.decode()[:3000]
    return Contribution.objects.get(title=FORM["title"])


def moments(asked: Contribution) -> list[Choice]:
    return list(Choice.objects.filter(box_id=asked.pk).order_by("position"))


def say(client: Client, asked: Contribution, *values: str) -> None:
    """Answers where the ballot's own page asks for it."""
    page = client.get(asked.url, follow=True)
    action = page.request["PATH_INFO"] + "vote/"
    marks = {f"sealed_{encode(one.pk)}": value for one, value in zip(moments(asked), values, strict=True)}
    assert client.post(action, marks).status_code == 303


def body(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


def test_who_can_when_stands_in_a_grid_with_the_best_moment_marked(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    cast, author, member = (
        cast_with_ballots,
        client_of(cast_with_ballots.author),
        client_of(cast_with_ballots.member),
    )
    asked = asked_by(author, cast)
    say(author, asked, "2", "1")
    say(member, asked, "0", "2")
    page = body(member, asked.url)
    head, grid = page.split("Who can, answer by answer", 1)
    grid = grid.split("</table>")[0]
    assert cast.author.name in grid
    assert cast.member.name in grid
    assert grid.count('<td class="is-yes') == 2
    assert grid.count('<td class="is-maybe') == 1
    assert grid.count('<td class="is-no') == 1
    assert grid.index("Suits best") > grid.index("Tue 1 Dec")  # the second, with a yes and an if need be
    assert "Thursday 3 December, 14:00–15:30" in head


def test_no_to_everything_is_an_answer_and_nothing_at_all_isnt(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    member = client_of(cast_with_ballots.member)
    asked = asked_by(client_of(cast_with_ballots.author), cast_with_ballots)
    page = member.get(asked.url, follow=True)
    assert member.post(page.request["PATH_INFO"] + "vote/", {}).status_code == 422
    say(member, asked, "0", "0")
    assert Box.objects.get(pk=asked.pk).voters == 1
    assert cast_with_ballots.member.name in body(member, asked.url).split("Who can, answer by answer", 1)[1]


def test_a_moment_kept_becomes_an_event_and_people_are_told(
    cast_with_ballots: Cast, client_of: ClientOf, run_jobs: Callable[[], object]
) -> None:
    cast, author, member = (
        cast_with_ballots,
        client_of(cast_with_ballots.author),
        client_of(cast_with_ballots.member),
    )
    host = client_of(cast.host)
    asked = asked_by(author, cast)
    say(member, asked, "2", "0")
    say(host, asked, "1", "0")
    first = moments(asked)[0]
    assert "Keep one of these moments" not in body(member, asked.url)
    assert "Keep one of these moments" in body(author, asked.url)
    assert member.post(f"/go/{asked.key}/calendar/keep/", {"choice": encode(first.pk)}).status_code == 403
    kept = author.post(f"/go/{asked.key}/calendar/keep/", {"choice": encode(first.pk)})
    assert kept.status_code == 303
    event = Event.objects.select_related("contribution").get()
    assert (event.contribution.title, event.place, event.zone) == (FORM["title"], FORM["place"], FORM["zone"])
    assert (event.first_on, event.starts, event.ends) == (date(2026, 12, 1), time(9), time(10))
    assert list(Answer.objects.values_list("person_id", "choice")) == [(cast.member.id, "yes")]
    assert {*Guest.objects.values_list("person_id", flat=True)} == {cast.member.id, cast.host.id}
    page = body(member, asked.url)
    assert f"/calendar/{event.contribution.key}/" in page.split("Decided", 1)[1]
    assert "Vote closed" in page
    assert f"/go/{asked.key}/" in body(member, f"/calendar/{event.contribution.key}/")
    run_jobs()
    reasons = Notice.objects.filter(person=cast.member).values_list("reason", flat=True)
    assert [reason for reason in reasons if reason in ("event_invited", "concluded")] == ["event_invited"]
    again = author.post(f"/go/{asked.key}/calendar/keep/", {"choice": encode(moments(asked)[1].pk)})
    assert again.status_code == 422
    assert Event.objects.count() == 1


def test_each_reader_sees_the_moments_on_their_own_clock_and_the_event_keeps_the_wall_clock(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    cast = cast_with_ballots
    Person.objects.filter(pk=cast.member.pk).update(time_zone="Asia/Tokyo")
    author = client_of(cast.author)
    # The last Sunday of March 2027: the clocks of Paris go forward in the night between the two.
    asked = asked_by(author, cast, day_1="2027-03-27", hour_1="22:00", end_1="23:00", day_2="2027-03-28", hour_2="22:00", end_2="23:00")  # fmt: skip
    page = body(client_of(cast.member), asked.url)
    assert "Sunday 28 March, 06:00–07:00" in page
    assert "Monday 29 March, 05:00–06:00" in page
    assert "Asia/Tokyo" in page
    assert "Saturday 27 March, 22:00–23:00" in body(author, asked.url)
    second = moments(asked)[1]
    finding.keep_moment(find_contribution(asked.pk, cast.author), second.pk, by=cast.author)
    event = Event.objects.get()
    assert (event.first_on, event.starts, event.ends) == (date(2027, 3, 28), time(22), time(23))


def test_whole_days_are_the_same_days_everywhere(cast_with_ballots: Cast, client_of: ClientOf) -> None:
    cast = cast_with_ballots
    Person.objects.filter(pk=cast.member.pk).update(time_zone="Pacific/Tahiti")
    asked = asked_by(client_of(cast.author), cast, whole_day="1", last_2="2026-12-04")
    assert [(one.first_on, one.last_on, one.begins_at) for one in moments(asked)] == [
        (date(2026, 12, 1), date(2026, 12, 1), None),
        (date(2026, 12, 3), date(2026, 12, 4), None),
    ]
    assert "Tuesday 1 December, whole day" in body(client_of(cast.member), asked.url)
    finding.keep_moment(find_contribution(asked.pk, cast.author), moments(asked)[1].pk, by=cast.author)
    event = Event.objects.get()
    assert (event.starts, event.first_on, event.last_on) == (None, date(2026, 12, 3), date(2026, 12, 4))


def test_moments_being_asked_about_stand_in_calendars_until_one_is_kept(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    cast, member = cast_with_ballots, client_of(cast_with_ballots.member)
    asked = asked_by(client_of(cast.author), cast)
    for address in (f"{cast.open.url}calendar/", "/calendar/"):
        page = body(member, f"{address}?on=2026-12-01&view=list")
        assert page.count("(being asked)") == 2
    finding.keep_moment(find_contribution(asked.pk, cast.author), moments(asked)[0].pk, by=cast.author)
    assert "(being asked)" not in body(member, "/calendar/?on=2026-12-01&view=list")
    assert "(being asked)" not in body(
        client_of(cast.stranger), f"{cast.open.url}calendar/?on=2026-12-01&view=list"
    )


def test_a_refused_form_and_one_asking_for_more_lines_come_back_as_they_were_typed(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    cast, author = cast_with_ballots, client_of(cast_with_ballots.author)
    address = f"{cast.open.url}calendar/dates/"
    more = author.post(address, FORM | {"more": "1"})
    assert more.status_code == 200
    assert 'name="day_8"' in more.content.decode()
    assert 'value="2026-12-03"' in more.content.decode()
    for wrong, sentence in (
        ({"hour_2": ""}, "Give its hour"),
        ({"day_2": "", "hour_2": "", "end_2": ""}, "two moments at least"),
        ({"day_1": "2020-01-01"}, "still to come"),
        ({"title": ""}, "Give it a title"),
        ({"zone": "Mars/Olympus"}, "time zone"),
    ):
        answer = author.post(address, FORM | wrong)
        assert answer.status_code == 422, wrong
        assert sentence in answer.content.decode(), wrong
    assert not Question.objects.exists()


def test_without_a_tool_that_asks_it_isnt_offered(cast: Cast, client_of: ClientOf) -> None:
    SpaceTool.objects.filter(space=cast.open, slug="polls").delete()
    author = client_of(cast.author)
    assert "Find a date" not in body(author, f"{cast.open.url}calendar/")
    assert author.get(f"{cast.open.url}calendar/dates/").status_code == 404


def test_a_secret_question_tells_how_many_can_and_invites_nobody_by_name(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    cast = cast_with_ballots
    asked = asked_by(client_of(cast.author), cast, secret="1")
    say(client_of(cast.member), asked, "2", "2")
    assert "Who can, answer by answer" not in body(client_of(cast.author), asked.url)
    finding.keep_moment(find_contribution(asked.pk, cast.author), moments(asked)[0].pk, by=cast.author)
    assert Event.objects.count() == 1
    assert not Answer.objects.exists()
    assert not Guest.objects.exists()


def test_only_author_and_hosts_keep_a_moment_and_only_a_moment(
    cast_with_ballots: Cast, client_of: ClientOf
) -> None:
    cast = cast_with_ballots
    asked = asked_by(client_of(cast.author), cast)
    with pytest.raises(NotAllowed):
        finding.keep_moment(find_contribution(asked.pk, cast.member), moments(asked)[0].pk, by=cast.member)
    event = finding.keep_moment(find_contribution(asked.pk, cast.host), moments(asked)[0].pk, by=cast.host)
    assert event.author == cast.host
    assert Guest.objects.filter(contribution=event, person=cast.author, is_organiser=True).exists()
    with pytest.raises(Refused):
        finding.keep_moment(find_contribution(asked.pk, cast.host), moments(asked)[1].pk, by=cast.host)


def test_changing_the_question_keeps_its_moments(cast_with_ballots: Cast, client_of: ClientOf) -> None:
    cast, author = cast_with_ballots, client_of(cast_with_ballots.author)
    asked = asked_by(author, cast)
    first, second = moments(asked)
    with timezone.override(ZoneInfo("Europe/Paris")):
        lines = f"{first.text}\n{second.text}\nÀ distance, un autre jour"
        form = {"title": "Bilan", "body": "", "opt_choices": lines, "opt_method": "approval", "version": str(Contribution.objects.get(pk=asked.pk).version)}  # fmt: skip
        assert author.post(f"/go/{asked.key}/edit/", form).status_code in (303, 422)
    kept = [one.begins_at for one in moments(asked)]
    assert kept[:2] == [first.begins_at, second.begins_at]
