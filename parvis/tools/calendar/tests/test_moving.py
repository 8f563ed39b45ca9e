"""When days of a series move: where answers and single dates go, who is told, and that what took place stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from parvis.attention.models import Notice
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import Refused
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.calendar import (
    actions,
    answers,
    bundle,
    dates,
    ical,
    importing,
    jobs,
    reading,
    series,
    showing,
)
from parvis.tools.calendar.asking import read_plan, typed_of
from parvis.tools.calendar.models import Answer, Event, Occurrence
from parvis.tools.calendar.tests.conftest import planned

DAY = date(2026, 12, 1)
WEEK = timedelta(days=7)
NOW = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def seen(event: Contribution, by: Person) -> Contribution:
    return find_contribution(event.id, by)


def shown(event: Contribution) -> list[tuple[date, bool]]:
    rows = Occurrence.objects.filter(contribution=event).order_by("original_on")
    return list(rows.values_list("first_on", "is_cancelled"))


def answered(event: Contribution) -> set[date]:
    return set(Answer.objects.filter(contribution=event).values_list("original_on", flat=True))


def moved(day: str, scope: str, hour: str = "09:00", end: str = "10:00", **more: str) -> dict[str, str]:
    return {"day": day, "hour": hour, "end_hour": end, "scope": scope, **more}


def test_answers_find_their_date_of_the_month_when_the_weekday_changes(cast: Cast):
    """The first Tuesday becomes the first Wednesday, which comes before it in months that begin on a Wednesday."""
    event = planned(cast.open, cast.author, repeat="month_weekday", repeat_until="2027-09-30")
    for day in (date(2027, 8, 3), date(2027, 9, 7)):
        answers.answer(seen(event, cast.member), day, "yes", by=cast.member)
    typed = moved("2027-01-06", "following")
    rest = series.change_date(seen(event, cast.author), date(2027, 1, 5), typed, by=cast.author)
    assert answered(rest) == {date(2027, 8, 4), date(2027, 9, 1)}
    assert not answered(event)
    whole = planned(cast.open, cast.author, repeat="month_weekday", repeat_until="2027-09-30")
    answers.answer(seen(whole, cast.member), date(2027, 9, 7), "yes", by=cast.member)
    series.change_date(seen(whole, cast.author), DAY, moved("2026-12-02", "all"), by=cast.author)
    assert answered(whole) == {date(2027, 9, 1)}


@pytest.mark.parametrize(("scope", "month"), [("following", "2027-01"), ("all", "2026-12")])
def test_who_was_to_come_to_a_date_that_is_no_more_is_told(
    cast: Cast, run_jobs: Callable[[], object], scope: str, month: str
):
    """The 30th becomes the 31st: April has none."""
    event = planned(cast.open, cast.author, day="2026-12-30", repeat="month", repeat_until="2027-07-31")
    for person, choice in ((cast.member, "yes"), (cast.cohost, "no")):
        answers.answer(seen(event, person), date(2027, 4, 30), choice, by=person)
    day = date.fromisoformat(f"{month}-30")
    rest = series.change_date(seen(event, cast.author), day, moved(f"{month}-31", scope), by=cast.author)
    run_jobs()
    told = Notice.objects.filter(reason="event_cancelled").values_list("person_id", flat=True)
    assert set(told) == {cast.member.id}
    assert not answered(event) | answered(rest)


def test_what_was_said_of_single_dates_goes_with_a_series_that_is_split(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-29")
    alone = moved("2026-12-17", "one", "14:00", "15:00", place="Salle bleue", word="Visite")
    series.change_date(seen(event, cast.author), DAY + 2 * WEEK, alone, by=cast.author)
    series.cancel_date(seen(event, cast.author), DAY + 3 * WEEK, word="Fêtes", by=cast.author)
    typed = moved("2026-12-09", "following")
    rest = series.change_date(seen(event, cast.author), DAY + WEEK, typed, by=cast.author)
    assert shown(event) == [(DAY, False)]
    assert shown(rest) == [
        (date(2026, 12, 9), False),
        (date(2026, 12, 17), False),
        (date(2026, 12, 23), True),
    ]
    row = Occurrence.objects.get(contribution=rest, original_on=date(2026, 12, 16))
    assert (row.starts, row.place, row.word) == (time(14), "Salle bleue", "Visite")


def test_a_whole_series_that_moves_keeps_its_cancelled_and_its_single_dates(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    series.cancel_date(seen(event, cast.author), DAY + WEEK, word="Salle prise", by=cast.author)
    alone = moved("2026-12-18", "one", "14:00", "15:00")
    series.change_date(seen(event, cast.author), DAY + 2 * WEEK, alone, by=cast.author)
    series.change_date(seen(event, cast.author), DAY, moved("2026-12-02", "all"), by=cast.author)
    assert shown(event) == [
        (date(2026, 12, 2), False),
        (date(2026, 12, 9), True),
        (date(2026, 12, 18), False),
    ]
    assert Occurrence.objects.get(contribution=event, is_cancelled=True).word == "Salle prise"


def test_the_place_of_one_date_can_be_emptied_and_stays_so_everywhere(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22", place="Salle 2")
    second = DAY + WEEK
    series.change_date(seen(event, cast.author), second, moved("2026-12-08", "one", place=""), by=cast.author)
    dates.expand(Event.objects.get(contribution=event), event)
    places = {row.original_on: row.place for row in reading.dates_in(cast.open, cast.member, DAY, second)}
    assert places == {DAY: "Salle 2", second: ""}
    assert showing.event_context(event, cast.member, frozenset(), str(second))["place"] == ""
    assert showing.change_context(event, second, {})["given"]["place"] == ""
    assert bundle.dump_event(event)["exceptions"][0]["has_no_place"] is True
    data = ical.calendar_of([Event.objects.get(contribution=event)], name="")
    importing.import_calendar(cast.secret, data, by=cast.member)
    copy = Event.objects.exclude(pk=event.pk).get()
    assert Occurrence.objects.get(contribution_id=copy.pk, original_on=second).place_in(copy) == ""
    rest = series.change_date(
        seen(event, cast.author), DAY + WEEK, moved("2026-12-08", "all", place=""), by=cast.author
    )
    assert Event.objects.get(contribution=rest).place == ""


def test_in_a_series_of_other_days_only_the_moved_date_moves(cast: Cast):
    plan = replace(read_plan({"day": "2026-12-01", "hour": "09:00"}), rule="FREQ=WEEKLY;COUNT=8;BYDAY=TU,TH")
    event = actions.add_event(cast.open, plan, title="Deux fois", body="", by=cast.author)
    for day in (date(2026, 12, 8), date(2026, 12, 10)):
        answers.answer(seen(event, cast.member), day, "yes", by=cast.member)
    typed = moved("2026-12-09", "following")
    rest = series.change_date(seen(event, cast.author), date(2026, 12, 8), typed, by=cast.author)
    assert answered(rest) == {date(2026, 12, 9), date(2026, 12, 10)}


def test_changing_the_whole_event_leaves_what_took_place_as_it_was(cast: Cast):
    event = planned(cast.open, cast.author, day="2026-10-06", repeat="week")
    before = shown(event)[:7]
    typed = {**typed_of(Event.objects.get(contribution=event)), "hour": "18:00", "end_hour": "19:00"}
    actions.revise_event(seen(event, cast.author), options=typed, by=cast.author)
    hours = Occurrence.objects.filter(contribution=event).order_by("first_on")
    assert {row.starts for row in hours if row.first_on < NOW.date()} == {time(9)}
    assert {row.starts for row in hours if row.first_on > NOW.date()} == {time(18)}
    actions.revise_event(seen(event, cast.author), options={**typed, "day": "2026-10-08"}, by=cast.author)
    dates.expand(Event.objects.get(contribution=event), event)
    days = shown(event)
    assert days[:7] == before, "neither taken away nor doubled"
    assert days[7][0] == date(2026, 11, 26)


def test_one_date_moved_to_what_is_past_is_kept(cast: Cast):
    event = planned(cast.open, cast.author, day="2026-11-03", repeat="week", repeat_until="2026-12-08")
    series.change_date(
        seen(event, cast.author), date(2026, 11, 24), moved("2026-11-19", "one"), by=cast.author
    )
    assert (date(2026, 11, 19), False) in shown(event)


def test_a_series_without_any_past_may_be_said_to_have_begun_earlier(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-08")
    typed = {**typed_of(Event.objects.get(contribution=event)), "day": "2026-11-03"}
    actions.revise_event(seen(event, cast.author), options=typed, by=cast.author)
    assert shown(event)[0] == (date(2026, 11, 3), False)


def test_every_series_that_is_due_is_taken_in_one_night(
    cast: Cast, run_jobs: Callable[[], object], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dates, "BATCH", 2)
    for _number in range(5):
        planned(cast.open, cast.author, repeat="week")
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        jobs.expand()
        run_jobs()
        assert dates.expand_again() == 0


@pytest.mark.parametrize(("hour", "end"), [("02:30", "03:00"), ("02:00", "03:00")])
def test_in_the_hour_that_spring_skips_nothing_ends_before_it_begins(cast: Cast, hour: str, end: str):
    event = planned(cast.open, cast.author, day="2027-03-28", hour=hour, end_hour=end)
    row = Occurrence.objects.get(contribution=event)
    lasts = timedelta(minutes=30 if hour == "02:30" else 60)
    assert row.over_at - row.begins_at == lasts


@pytest.mark.parametrize(("repeat", "first", "day", "to", "begins"), [
    ("month", "2027-01-30", "2027-04-30", "2027-05-01", "2027-02-01"),
    ("month", "2027-01-31", "2027-03-31", "2027-04-01", "2027-02-01"),
    ("month_weekday", "2026-12-01", "2027-06-01", "2027-06-09", "2026-12-09"),
])  # fmt: skip
def test_a_whole_series_goes_to_the_day_of_the_month_that_one_date_was_given(
    cast: Cast, repeat: str, first: str, day: str, to: str, begins: str
):
    event = planned(cast.open, cast.author, day=first, repeat=repeat, repeat_until="2027-09-30")
    answers.answer(seen(event, cast.member), date.fromisoformat(day), "yes", by=cast.member)
    series.change_date(seen(event, cast.author), date.fromisoformat(day), moved(to, "all"), by=cast.author)
    assert Event.objects.get(contribution=event).first_on == date.fromisoformat(begins)
    assert (date.fromisoformat(to), False) in shown(event)
    assert answered(event) == {date.fromisoformat(to)}


def test_a_cancelled_event_keeps_its_dates_though_its_text_may_change(cast: Cast):
    event = planned(cast.open, cast.author)
    actions.cancel_event(seen(event, cast.author), word="Tempête", by=cast.author)
    same = {"day": "2026-12-01", "hour": "09:00", "end_hour": "10:00", "zone": "Europe/Paris"}
    actions.revise_event(seen(event, cast.author), options=same, by=cast.author)
    with pytest.raises(Refused):
        actions.revise_event(seen(event, cast.author), options={**same, "day": "2026-12-02"}, by=cast.author)
    assert shown(event) == [(DAY, True)]
