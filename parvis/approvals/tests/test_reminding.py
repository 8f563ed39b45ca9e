"""Reminders by the clock: once before the date, once after it, then silence. The jobs are run as the worker runs them."""

from __future__ import annotations

from datetime import date

import time_machine

from parvis.approvals.tests.stage import approve, ask, text, told
from parvis.journal.jobs import enqueue
from parvis.testing.cast import Cast

DUE = date(2026, 12, 10)


def morning(day: str) -> None:
    with time_machine.travel(f"{day}T07:10:00+01:00", tick=False):
        enqueue("approvals.remind")
        enqueue("approvals.remind")


def test_once_before_once_after_and_then_never(cast: Cast) -> None:
    with time_machine.travel("2026-12-01T12:00:00+01:00", tick=False):
        thing = text(cast.on_request, cast.author)
        review = ask(thing, [cast.member, cast.host, cast.cohost], cast.author, due_on=DUE)
        approve(review, cast.cohost)
        assert told(cast.member) == ["approval_asked"]
    said = ["approval_asked"]
    for day, new in (
        ("2026-12-07", []),
        ("2026-12-08", ["approval_due"]),
        ("2026-12-09", []),
        ("2026-12-10", []),
        ("2026-12-11", ["approval_late"]),
        ("2026-12-12", []),
        ("2027-02-12", []),
    ):
        with time_machine.travel(f"{day}T07:10:00+01:00", tick=False):
            morning(day)
            said = said + new
            assert told(cast.member) == said, day
    assert told(cast.cohost) == ["approval_asked"], "who has answered is left in peace"
    assert told(cast.author) == ["approval_slow"]


def test_in_order_only_whose_turn_it_is_and_not_on_the_heels_of_being_asked(cast: Cast) -> None:
    with time_machine.travel("2026-12-09T18:00:00+01:00", tick=False):
        thing = text(cast.on_request, cast.author)
        ask(thing, [cast.member, cast.host], cast.author, is_in_order=True, due_on=DUE)
    with time_machine.travel("2026-12-10T07:10:00+01:00", tick=False):
        morning("2026-12-10")
        assert told(cast.member) == ["approval_asked"]
    with time_machine.travel("2026-12-11T07:10:00+01:00", tick=False):
        morning("2026-12-11")
        assert told(cast.member) == ["approval_asked", "approval_late"]
        assert told(cast.host) == []
