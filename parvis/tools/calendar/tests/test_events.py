"""Events through their actions: dates, whole days, answers, places, series, invitations, reminders."""

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
from parvis.contributions.replies import reply
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import actions as membership
from parvis.membership import shaping
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.calendar import actions, answers, dates, inviting, reading, reminding, series
from parvis.tools.calendar.asking import read_plan, typed_of
from parvis.tools.calendar.models import Answer, Event, Guest, Occurrence
from parvis.tools.calendar.tests.conftest import planned

DAY = date(2026, 12, 1)
NOW = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(autouse=True)
def _in_november() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def days_of(event: Contribution) -> list[date]:
    return list(
        Occurrence.objects.filter(contribution=event)
        .order_by("original_on")
        .values_list("first_on", flat=True)
    )


def seen(event: Contribution, by: Person) -> Contribution:
    return find_contribution(event.id, by)


def test_an_hour_is_that_of_its_zone_winter_and_summer(cast: Cast):
    event = planned(cast.open, cast.author, repeat="month", repeat_until="2027-07-31")
    rows = Occurrence.objects.filter(contribution=event)
    assert rows.get(original_on=DAY).begins_at.isoformat() == "2026-12-01T08:00:00+00:00"
    assert rows.get(original_on=date(2027, 7, 1)).begins_at.isoformat() == "2027-07-01T07:00:00+00:00"


def test_a_whole_day_has_no_hours_and_is_the_same_day_everywhere(cast: Cast):
    event = planned(cast.open, cast.author, whole_day="1", end_day="2026-12-02", zone="Pacific/Tahiti")
    row = Event.objects.get(contribution=event)
    assert (row.starts, row.ends, row.first_on, row.last_on) == (None, None, DAY, date(2026, 12, 2))
    found = reading.dates_in(cast.open, cast.member, DAY, DAY)
    assert [(one.first_on, one.last_on) for one in found] == [(DAY, date(2026, 12, 2))]


def test_what_ends_before_it_begins_is_refused_with_its_field(cast: Cast):
    for options, field in (
        ({"end_day": "2026-11-30"}, "end_day"),
        ({"day": ""}, "day"),
        ({"day": "bientôt"}, "day"),
        ({"hour": "vers 9 h"}, "hour"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"capacity": "-3"}, "capacity"),
        ({"end_day": "2027-12-01"}, "end_day"),
    ):
        with pytest.raises(Refused) as refusal:
            planned(cast.open, cast.author, **options)
        assert refusal.value.field == field


def test_a_series_is_known_eighteen_months_ahead_and_the_horizon_moves(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week")
    assert days_of(event)[-1] <= NOW.date() + dates.AHEAD
    before = len(days_of(event))
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        assert dates.expand_again() == 1
        assert dates.expand_again() == 0
        assert len(days_of(event)) > before


def test_a_series_beyond_the_horizon_and_one_over_long_ago_have_a_page(cast: Cast):
    far = planned(cast.open, cast.author, day="2030-06-04", repeat="year")
    old = planned(cast.open, cast.author, day="2015-06-02", repeat="week", repeat_until="2015-06-30")
    assert days_of(far) == [date(2030, 6, 4)]
    assert days_of(old) == [date(2015, 6, 30)]
    for event in (far, old):
        dates.expand(Event.objects.get(contribution=event), event)
        assert len(days_of(event)) == 1
        assert reading.read_event(seen(event, cast.member), cast.member).original_on is not None


def test_changing_the_text_of_a_counted_series_does_not_make_it_endless(cast: Cast):
    plan = replace(read_plan({"day": "2026-12-01", "hour": "09:00"}), rule="FREQ=WEEKLY;COUNT=3;BYDAY=TU")
    event = actions.add_event(cast.open, plan, title="Trois fois", body="", by=cast.author)
    typed = typed_of(Event.objects.get(contribution=event))
    actions.revise_event(seen(event, cast.author), options=typed, by=cast.author)
    assert len(days_of(event)) == 3
    actions.revise_event(seen(event, cast.author), options={**typed, "repeat": "day"}, by=cast.author)
    assert len(days_of(event)) > 3, "another rhythm begins anew"


def test_a_moment_without_length_stays_one_when_its_text_changes(cast: Cast):
    event = planned(cast.open, cast.author, hour="09:00", end_hour="09:00")
    typed = typed_of(Event.objects.get(contribution=event))
    actions.revise_event(seen(event, cast.author), options=typed, by=cast.author)
    kept = Event.objects.get(contribution=event)
    assert (kept.first_on, kept.last_on, kept.starts, kept.ends) == (DAY, DAY, time(9), time(9))
    late = planned(cast.open, cast.author, hour="22:00", end_hour="02:00")
    assert Event.objects.get(contribution=late).last_on == DAY + timedelta(days=1)


def test_an_answer_is_given_changed_and_read(cast: Cast):
    event = planned(cast.open, cast.author)
    answers.answer(seen(event, cast.member), DAY, "yes", word="J'apporte un gâteau", by=cast.member)
    answers.answer(seen(event, cast.member), DAY, "maybe", by=cast.member)
    row = reading.read_event(seen(event, cast.host), cast.host)
    assert [(one["name"], one["choice"]) for one in row.answers] == [("Malik Membre", "maybe")]


def test_one_cant_answer_what_is_over_cancelled_or_not_a_date(cast: Cast):
    event = planned(cast.open, cast.author)
    with pytest.raises(NotFound):
        answers.answer(seen(event, cast.member), DAY + timedelta(days=1), "yes", by=cast.member)
    with pytest.raises(Refused):
        answers.answer(seen(event, cast.member), DAY, "peut-être", by=cast.member)
    with time_machine.travel(NOW + timedelta(days=30), tick=False), pytest.raises(Refused):
        answers.answer(seen(event, cast.member), DAY, "yes", by=cast.member)
    actions.cancel_event(seen(event, cast.author), word="Tempête", by=cast.author)
    with pytest.raises(Refused):
        answers.answer(seen(event, cast.member), DAY, "yes", by=cast.member)


def test_beyond_the_places_one_waits_and_the_earliest_is_let_in(cast: Cast, run_jobs: Callable[[], object]):
    event = planned(cast.open, cast.author, capacity="1")
    for person in (cast.member, cast.host, cast.cohost):
        answers.answer(seen(event, person), DAY, "yes", by=person)
    waiting = Answer.objects.filter(contribution=event, is_waiting=True).order_by("answered_at", "id")
    assert [row.person_id for row in waiting] == [cast.host.id, cast.cohost.id]
    answers.answer(seen(event, cast.member), DAY, "no", by=cast.member)
    assert not Answer.objects.get(contribution=event, person=cast.host).is_waiting
    assert Answer.objects.get(contribution=event, person=cast.cohost).is_waiting
    run_jobs()
    assert Notice.objects.filter(person=cast.host, reason="event_place").count() == 1
    actions.revise_event(
        seen(event, cast.author),
        options={
            "day": "2026-12-01",
            "hour": "09:00",
            "end_hour": "10:00",
            "zone": "Europe/Paris",
            "capacity": "5",
        },
        by=cast.author,
    )
    assert not Answer.objects.filter(contribution=event, is_waiting=True).exists()


def test_who_leaves_a_closed_community_leaves_their_place_to_who_waits(cast: Cast):
    event = planned(cast.secret, cast.author, capacity="1")
    answers.answer(seen(event, cast.member), DAY, "yes", by=cast.member)
    assert answers.answer(seen(event, cast.cohost), DAY, "yes", by=cast.cohost).is_waiting
    membership.leave(cast.secret, by=cast.member)
    row = reading.read_event(seen(event, cast.host), cast.host, DAY)
    assert (row.yes_count, [one["person"] for one in row.answers]) == (0, [str(cast.cohost.id)])
    assert answers.answer(seen(event, cast.host), DAY, "yes", by=cast.host).is_waiting, (
        "nobody jumps the queue"
    )
    assert not Answer.objects.get(contribution=event, person=cast.cohost).is_waiting


def test_changing_one_date_leaves_the_others_and_its_answers(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    second = DAY + timedelta(days=7)
    answers.answer(seen(event, cast.member), second, "yes", by=cast.member)
    typed = {
        "day": "2026-12-10",
        "hour": "14:00",
        "end_hour": "15:00",
        "place": "Salle bleue",
        "scope": "one",
    }
    series.change_date(seen(event, cast.author), second, typed, by=cast.author)
    assert days_of(event) == [DAY, date(2026, 12, 10), date(2026, 12, 15), date(2026, 12, 22)]
    row = reading.read_event(seen(event, cast.member), cast.member, second)
    assert (row.first_on, row.own_place, row.is_changed) == (date(2026, 12, 10), "Salle bleue", True)
    assert [one["choice"] for one in row.answers] == ["yes"]
    dates.expand(Event.objects.get(contribution=event), event)
    assert date(2026, 12, 10) in days_of(event), "the exception outlives a new expansion"


def test_changing_this_and_following_splits_and_keeps_replies_on_the_first(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    reply(seen(event, cast.member), body="J'y serai souvent", by=cast.member)
    third = DAY + timedelta(days=14)
    for day in (DAY, third):
        answers.answer(seen(event, cast.member), day, "yes", by=cast.member)
    typed = {"day": "2026-12-17", "hour": "18:00", "end_hour": "19:00", "scope": "following"}
    rest = series.change_date(seen(event, cast.author), third, typed, by=cast.author)
    assert rest.id != event.id
    assert days_of(event) == [DAY, date(2026, 12, 8)]
    assert days_of(rest) == [date(2026, 12, 17)]
    assert Event.objects.get(contribution=rest).continues_id == event.id
    event.refresh_from_db()
    assert (event.reply_count, rest.reply_count) == (1, 0)
    assert set(Answer.objects.values_list("contribution_id", "original_on")) == {
        (event.id, DAY),
        (rest.id, date(2026, 12, 17)),
    }


def test_its_author_goes_on_leading_a_series_that_another_organiser_split(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    inviting.set_organiser(seen(event, cast.author), cast.member.id, True, by=cast.author)
    typed = {"day": "2026-12-08", "hour": "18:00", "end_hour": "19:00", "scope": "following"}
    rest = series.change_date(seen(event, cast.member), date(2026, 12, 8), typed, by=cast.member)
    assert rest.author_id == cast.member.id
    actions.write_notes(seen(rest, cast.author), "Vu", by=cast.author)
    assert set(Guest.objects.filter(contribution=rest).values_list("person_id", "is_organiser")) == {
        (cast.author.id, True)
    }


def test_moving_the_whole_series_takes_answers_along(cast: Cast):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    answers.answer(seen(event, cast.member), DAY + timedelta(days=7), "yes", by=cast.member)
    typed = {"day": "2026-12-03", "hour": "09:00", "end_hour": "10:00", "scope": "all"}
    series.change_date(seen(event, cast.author), DAY, typed, by=cast.author)
    assert days_of(event) == [date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 17)]
    assert Answer.objects.get(contribution=event).original_on == date(2026, 12, 10)


def test_a_series_that_begins_later_moves_nobodys_yes_by_weeks(cast: Cast):
    """Whoever changes a series begun long ago writes the day on which it goes on."""
    event = planned(cast.open, cast.author, day="2026-09-01", repeat="week")
    past, coming = date(2026, 9, 8), date(2026, 12, 8)
    answers.answer(seen(event, cast.member), coming, "yes", by=cast.member)
    Answer.objects.create(
        contribution=event,
        space_id=event.space_id,
        audience=event.audience,
        original_on=past,
        person=cast.member,
        choice="yes",
    )
    typed = {**typed_of(Event.objects.get(contribution=event)), "day": "2026-12-02"}
    actions.revise_event(seen(event, cast.author), options=typed, by=cast.author)
    assert set(Answer.objects.values_list("original_on", flat=True)) == {past, date(2026, 12, 9)}
    days = days_of(event)
    assert past in days, "what took place stays"
    assert [day for day in days if day > NOW.date()][:2] == [date(2026, 12, 2), date(2026, 12, 9)]


def test_moving_a_single_event_takes_answers_along(cast: Cast):
    event = planned(cast.open, cast.author)
    answers.answer(seen(event, cast.member), DAY, "yes", by=cast.member)
    options = {"day": "2026-12-08", "hour": "09:00", "end_hour": "10:00", "zone": "Europe/Paris"}
    actions.revise_event(seen(event, cast.author), options=options, by=cast.author)
    assert days_of(event) == [date(2026, 12, 8)]
    assert Answer.objects.get(contribution=event).original_on == date(2026, 12, 8)
    assert Event.objects.get(contribution=event).sequence == 1


def test_cancelling_one_date_tells_those_who_come_to_it(cast: Cast, run_jobs: Callable[[], object]):
    event = planned(cast.open, cast.author, repeat="week", repeat_until="2026-12-22")
    answers.answer(seen(event, cast.member), DAY, "yes", by=cast.member)
    answers.answer(seen(event, cast.cohost), DAY + timedelta(days=7), "yes", by=cast.cohost)
    series.cancel_date(seen(event, cast.host), DAY, word="Salle prise", by=cast.host)
    run_jobs()
    told = set(Notice.objects.filter(reason="event_cancelled").values_list("person_id", flat=True))
    assert told == {cast.member.id, cast.author.id}
    assert Occurrence.objects.filter(contribution=event, is_cancelled=True).count() == 1


def test_who_was_asked_and_has_not_answered_is_told_that_it_is_off(
    cast: Cast, run_jobs: Callable[[], object]
):
    event = planned(cast.open, cast.author)
    inviting.invite(seen(event, cast.author), [cast.member.id, cast.cohost.id], by=cast.author)
    answers.answer(seen(event, cast.cohost), DAY, "no", by=cast.cohost)
    actions.cancel_event(seen(event, cast.author), word="Tempête", by=cast.author)
    run_jobs()
    told = Notice.objects.filter(reason="event_cancelled").values_list("person_id", flat=True)
    assert set(told) == {cast.member.id}


def test_organisers_may_change_it_and_others_may_not(cast: Cast):
    event = planned(cast.open, cast.author)
    with pytest.raises(NotAllowed):
        actions.write_notes(seen(event, cast.member), "Vu", by=cast.member)
    inviting.set_organiser(seen(event, cast.author), cast.member.id, True, by=cast.author)
    actions.write_notes(seen(event, cast.member), "**Décidé**", by=cast.member)
    assert "<strong>" in Event.objects.get(contribution=event).notes_html
    inviting.set_organiser(seen(event, cast.author), cast.member.id, False, by=cast.author)
    with pytest.raises(NotAllowed):
        actions.cancel_event(seen(event, cast.member), word="", by=cast.member)


def test_who_leaves_an_open_community_organises_nothing_there_any_more(cast: Cast):
    event = planned(cast.open, cast.author, remind="60")
    inviting.set_organiser(seen(event, cast.author), cast.member.id, True, by=cast.author)
    membership.leave(cast.open, by=cast.member)
    with pytest.raises(NotAllowed):
        actions.write_notes(seen(event, cast.member), "Vu", by=cast.member)
    row = reading.read_event(seen(event, cast.member), cast.member)
    assert not any(one["is_organiser"] for one in row.guests)
    assert cast.member.id not in set(actions.organisers_of(event).values_list("person_id", flat=True))
    with pytest.raises(Refused):
        inviting.set_organiser(seen(event, cast.author), cast.stranger.id, True, by=cast.author)
    inviting.set_organiser(seen(event, cast.author), cast.member.id, False, by=cast.author)
    assert not Guest.objects.filter(is_organiser=True).exists()


def test_the_community_is_asked_once_and_nobody_who_may_not_read(cast: Cast, run_jobs: Callable[[], object]):
    event = planned(cast.secret, cast.author)
    assert (
        inviting.invite(seen(event, cast.author), [cast.stranger.id, cast.suspended.id], by=cast.author) == 0
    )
    asked = inviting.invite_community(seen(event, cast.author), by=cast.author)
    assert asked == 3  # member, cohost, host
    assert inviting.invite_community(seen(event, cast.author), by=cast.author) == 0
    run_jobs()
    assert Notice.objects.filter(reason="event_invited").count() == asked


def test_a_reminder_comes_once_to_those_who_come(cast: Cast, run_jobs: Callable[[], object]):
    event = planned(cast.open, cast.author, remind="60")
    answers.answer(seen(event, cast.member), DAY, "yes", by=cast.member)
    answers.answer(seen(event, cast.host), DAY, "no", by=cast.host)
    assert reminding.remind_due() == 0
    with time_machine.travel(datetime(2026, 12, 1, 8, 5, tzinfo=ZoneInfo("Europe/Paris")), tick=False):
        assert reminding.remind_due() == 1
        assert reminding.remind_due() == 0
        run_jobs()
    told = set(Notice.objects.filter(reason="event_soon").values_list("person_id", flat=True))
    assert told == {cast.member.id, cast.author.id}


def test_a_draft_reminds_nobody_and_stands_in_no_calendar(cast: Cast):
    event = planned(cast.open, cast.author, remind="60")
    draft = actions.draft_event(cast.open, title="Bientôt", body="", by=cast.author)
    found = reading.dates_of(cast.author, DAY - timedelta(days=60), DAY + timedelta(days=60))
    assert [row.id for row in found] == [event.id]
    assert draft.audience == 2
    assert Occurrence.objects.get(contribution=draft).audience == 2


def test_mine_holds_my_communities_and_the_open_dates_i_said_yes_to_until_i_leave(cast: Cast):
    closed, opened = (
        planned(cast.secret, cast.author),
        planned(cast.open, cast.author, hour="11:00", end_hour="12:00"),
    )
    assert [row.id for row in reading.dates_of(cast.member, DAY, DAY)] == [closed.id, opened.id]
    assert reading.dates_of(cast.stranger, DAY, DAY) == []
    answers.answer(seen(opened, cast.stranger), DAY, "yes", by=cast.stranger)
    assert [row.id for row in reading.dates_of(cast.stranger, DAY, DAY)] == [opened.id]
    answers.answer(seen(closed, cast.member), DAY, "yes", by=cast.member)
    membership.remove_member(cast.secret, cast.member, by=cast.host)
    assert [row.id for row in reading.dates_of(cast.member, DAY, DAY)] == [opened.id]
    shaping.change_access(cast.open, "secret", by=cast.host, is_confirmed=True)
    assert reading.dates_of(cast.stranger, DAY, DAY) == []


def test_the_reader_meets_an_evening_of_elsewhere_on_their_own_day(cast: Cast):
    from parvis.tools.calendar import grid

    planned(cast.open, cast.author, hour="22:00", end_hour="23:30", zone="America/New_York")
    rows = reading.dates_in(cast.open, cast.member, DAY, DAY + timedelta(days=1))
    assert grid.local_days(rows[0], ZoneInfo("Europe/Paris")) == (date(2026, 12, 2), date(2026, 12, 2))
    assert grid.local_days(rows[0], ZoneInfo("America/New_York")) == (DAY, DAY)


def test_closing_a_community_closes_its_dates(cast: Cast):
    event = planned(cast.open, cast.author)
    shaping.change_access(cast.open, "secret", by=cast.host, is_confirmed=True)
    assert Occurrence.objects.get(contribution=event).audience == 1
    assert time(9) == Occurrence.objects.get(contribution=event).starts
    assert not Guest.objects.exists()
