"""The opening plan: kept by hosts, read by members, done by the job on its morning, told once to those who listen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine

from parvis.attention.models import Notice
from parvis.journal.jobs import drain, enqueue
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import openings, shaping
from parvis.membership.actions import set_level
from parvis.membership.models import ToolOpening
from parvis.people.models import Person
from parvis.spaces.models import Level, Space
from parvis.testing.cast import Cast, build_cast
from parvis.web.models import Network

DAY = date(2027, 1, 4)


@pytest.fixture
def cast(db: Any) -> Any:
    Network.objects.get_or_create(id=1)
    cast = build_cast()
    cast.on_request.tools.filter(slug="documents").delete()
    with time_machine.travel("2026-12-01T12:00:00+01:00", tick=False):
        drain()
        yield cast


def plan(cast: Cast, **more: Any) -> ToolOpening:
    given = {"on": DAY, "why": "Un seul endroit", "replaces": "le disque S:", **more}
    return openings.plan_opening(cast.on_request, "documents", by=cast.host, **given)


def run_at(moment: str) -> None:
    with time_machine.travel(moment, tick=False):
        enqueue("toolkit.open_tools")
        enqueue("toolkit.open_tools")
        drain()


def is_on(space: Space) -> bool:
    return space.tools.filter(slug="documents").exists()


def told(person: Person) -> int:
    return Notice.objects.filter(person=person, reason="opened:documents").count()


def test_it_opens_on_the_morning_of_the_day_and_the_members_are_told_once(cast: Cast) -> None:
    plan(cast)
    set_level(cast.on_request, Level.MUTED, by=cast.cohost)
    run_at("2027-01-03T12:00:00+01:00")
    run_at("2027-01-04T06:05:00+01:00")
    assert not is_on(cast.on_request)
    run_at("2027-01-04T07:05:00+01:00")
    assert cast.on_request.tools.get(slug="documents").replaces == "le disque S:"
    run_at("2027-01-05T07:05:00+01:00")
    assert [told(one) for one in (cast.member, cast.author, cast.host)] == [1, 1, 1]
    assert [told(one) for one in (cast.cohost, cast.stranger, cast.ex_member, cast.suspended)] == [0, 0, 0, 0]


def test_what_was_due_while_nothing_ran_is_caught_up(cast: Cast) -> None:
    plan(cast)
    run_at("2027-02-20T03:05:00+01:00")
    assert is_on(cast.on_request)
    assert told(cast.member) == 1


def test_a_plan_that_changed_or_was_given_up_is_followed(cast: Cast) -> None:
    row = plan(cast)
    openings.plan_opening(
        cast.on_request, "documents", on=date(2027, 1, 11), why="", replaces="", by=cast.host, row=row
    )
    run_at("2027-01-04T08:05:00+01:00")
    assert not is_on(cast.on_request)
    openings.cancel(openings.find(cast.on_request, row.id), by=cast.host)
    run_at("2027-01-12T08:05:00+01:00")
    assert not is_on(cast.on_request)
    assert told(cast.member) == 0
    with pytest.raises(NotFound):
        openings.find(cast.on_request, row.id)


def test_opened_at_once_it_is_told_at_once_and_not_again_on_the_day(cast: Cast) -> None:
    row = plan(cast)
    openings.open_now(openings.find(cast.on_request, row.id), by=cast.host)
    drain()
    assert is_on(cast.on_request)
    run_at("2027-01-04T08:05:00+01:00")
    assert (told(cast.member), told(cast.host)) == (1, 0)


def test_a_tool_switched_on_by_hand_meanwhile_is_not_announced(cast: Cast) -> None:
    plan(cast)
    present = dict(cast.on_request.tools.values_list("slug", "replaces"))
    shaping.set_tools(cast.on_request, {**present, "documents": "le serveur"}, by=cast.host)
    run_at("2027-01-04T08:05:00+01:00")
    assert cast.on_request.tools.get(slug="documents").replaces == "le serveur"
    assert told(cast.member) == 0
    assert ToolOpening.objects.get().opened_at is not None


def test_an_archived_community_opens_nothing(cast: Cast) -> None:
    plan(cast)
    shaping.archive(cast.on_request, by=cast.host)
    run_at("2027-01-04T08:05:00+01:00")
    assert not is_on(cast.on_request)
    shaping.restore(cast.on_request, by=cast.host)
    run_at("2027-01-06T08:05:00+01:00")
    assert is_on(cast.on_request)


def test_days_and_tools_that_make_no_sense_are_refused(cast: Cast) -> None:
    for on in (None, date(2026, 11, 30), date(2029, 12, 31)):
        with pytest.raises(Refused) as refusal:
            plan(cast, on=on)
        assert refusal.value.field == "on"
    plan(cast)
    with pytest.raises(Refused) as refusal:
        plan(cast)
    assert refusal.value.field == "tool"
    with pytest.raises(Refused):
        openings.plan_opening(cast.on_request, "forum", on=DAY, why="", replaces="", by=cast.host)
    with pytest.raises(NotAllowed):
        openings.plan_opening(cast.on_request, "documents", on=DAY, why="", replaces="", by=cast.member)
