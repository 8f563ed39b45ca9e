"""Rules of recurrence: which are understood, the days they give, and that no rule is searched for long."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.kernel.errors import Refused
from parvis.tools.calendar import rules

TUESDAY = date(2026, 12, 1)


def test_every_choice_of_the_form_comes_back_as_itself():
    for repeat in ("day", "workday", "week", "fortnight", "month", "month_weekday", "year"):
        rule = rules.rule_of(repeat, TUESDAY, until=date(2027, 6, 30))
        assert rules.choice_of(rule, TUESDAY) == repeat
        assert rules.last_day_of(rule) == date(2027, 6, 30)


def test_a_week_gives_every_tuesday_until_its_last_day_included():
    rule = rules.rule_of("week", TUESDAY, until=date(2026, 12, 15))
    days = rules.dates_of(rule, TUESDAY, until=date(2028, 1, 1))
    assert days == [date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)]


def test_a_series_never_gives_more_dates_than_are_kept():
    assert len(rules.dates_of("FREQ=DAILY", TUESDAY, until=date(2100, 1, 1))) == rules.MOST_DATES


def test_splitting_keeps_the_sum_of_a_counted_series():
    rule = rules.checked_rule("FREQ=WEEKLY;COUNT=10")
    day, end = TUESDAY + timedelta(days=21), date(2028, 1, 1)
    before = rules.dates_of(rules.ended_before(rule, day), TUESDAY, until=end)
    after = rules.dates_of(rules.continued_from(rule, TUESDAY, day), day, until=end)
    assert before + after == rules.dates_of(rule, TUESDAY, until=end)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=3",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=20",
        "FREQ=YEARLY;BYYEARDAY=366",
        "FREQ=WEEKLY;COUNT=2;UNTIL=20270101",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=99999",
        "FREQ=WEEKLY;UNTIL=20271399",
        "FREQ=MONTHLY;BYDAY=6MO",
        "nonsense",
    ],
)
def test_what_could_be_searched_for_ever_is_refused(rule: str):
    with pytest.raises(Refused):
        rules.checked_rule(rule)


PART = st.sampled_from(
    ["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "INTERVAL=99", "INTERVAL=12", "COUNT=1000"]
    + ["BYDAY=MO", "BYDAY=5FR", "BYDAY=-5SU", "BYMONTHDAY=31", "BYMONTHDAY=-31", "BYMONTH=2", "BYMONTH=1,2"]
    + ["BYSETPOS=4", "BYSETPOS=-4", "WKST=SU", "UNTIL=21991231"]
)


@given(parts=st.lists(PART, max_size=6), first=st.dates(date(1970, 1, 1), date(2199, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_every_rule_that_is_taken_ends_its_search(parts: list[str], first: date):
    """A rule taken by mistake would be searched until the year 9999, and this test would never end."""
    try:
        rule = rules.checked_rule(";".join(parts))
    except Refused:
        return
    days = rules.dates_of(rule, first, until=first + timedelta(days=548))
    assert days == sorted(set(days))
    assert len(days) <= rules.MOST_DATES


@pytest.mark.parametrize(
    ("rhythm", "by", "moved"),
    [
        ("week", 2, 2),
        ("week", -4, -4),
        ("week", 323, 1),
        ("week", 14, 0),
        ("day", 40, 0),
        ("month", 3, 3),
        ("month", 61, 0),
    ],
)
def test_days_move_within_their_rhythm_and_never_by_turns_of_it(rhythm: str, by: int, moved: int):
    assert rules.moved_within(rhythm, timedelta(days=by)) == timedelta(days=moved)
