"""A person leaving a community keeps nothing of it anywhere: whatever they did, wrote, kept or followed there is gone for them.

They do everything there that a member may add, leave, then read every page: no word of the place is met, of any tool.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from parvis.contributions.reading import find_contribution
from parvis.exchanges.actions import leave as leave_exchange
from parvis.journal.jobs import drain
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.ids import decode
from parvis.membership.actions import leave
from parvis.spaces.models import Space
from parvis.tools.calendar.feeds import make_feed
from tests.canary_exemptions import EXEMPT
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import filled, read_answers
from tests.planting import Planted, name_of, readers, text_columns, value_for
from tests.sweeping import Sweep, sweep_pages
from tests.trial import address_of, find_route
from tests.world import World

LEAVERS = ("member", "author")
LEFT = ("on_request", "secret")
EXCHANGE = "exchange"  # the private one of the author and the member, which the member leaves
ADDING = [row for row in (*SPACE, *THING) if row.method == "POST" and "+" in row.changes]


@dataclass
class Left:
    """What was planted in the places left, and what those who left met afterwards."""

    planted: Planted
    places: dict[str, str] = field(default_factory=dict)  # word → the place it belongs to
    sweep: Sweep = field(default_factory=Sweep)
    done: int = 0
    feeds: dict[str, list[str]] = field(default_factory=dict)


def _do_everything(world: World) -> int:
    """Every write of the matrix that adds something, by those who will leave; returns how many were done."""
    answers, done = read_answers(), 0
    for row in ADDING:
        for place in LEFT:
            for actor in LEAVERS:
                if answers[row.pattern].get(place, {}).get(actor) != "ok":
                    continue
                names = world.names_for(actor, place)
                address = address_of(find_route(row.name), names, given=row.given, on=row.on)
                answer = world.client(actor).post(address, filled(row.data, names))
                done += answer.status_code < 400
    return done


def _space_of(row: Any) -> int | None:
    if isinstance(row, Space):
        return int(row.id)
    for name in ("contribution", "reply", "box"):
        if getattr(row, f"{name}_id", None):
            return _space_of(getattr(row, name))
    found = getattr(row, "space_id", None)
    return int(found) if found else None


def _plant(world: World, left: Left) -> None:
    named = {space.id: name for name, space in world.cast.spaces().items()}
    named |= dict.fromkeys(Space.objects.filter(kind="exchange").values_list("id", flat=True), EXCHANGE)
    for model, one in text_columns():
        column = name_of(model, one)
        if column in EXEMPT:
            continue
        for row in model._default_manager.all():
            word = left.planted.new(column, readers(world, row))
            left.places[word] = named.get(_space_of(row) or 0, "")
            model._default_manager.filter(pk=row.pk).update(**{one.attname: value_for(one, word)})


@pytest.fixture(scope="module")
def left(world: World) -> Left:
    found = Left(Planted())
    for actor in LEAVERS:
        person = world.people()[actor]
        assert person is not None
        spaces = [None, *(world.cast.spaces()[place] for place in LEFT)]
        found.feeds[actor] = [make_feed(space, by=person)[1] for space in spaces]
    found.done = _do_everything(world)
    with acting(SYSTEM):
        drain()
        _plant(world, found)
        for actor in LEAVERS:
            person = world.people()[actor]
            assert person is not None
            for place in LEFT:
                leave(world.cast.spaces()[place], by=person)
        member = world.cast.member
        leave_exchange(find_contribution(decode(world.site["exchange"]), member), by=member)
        drain()
    found.sweep = sweep_pages(world, LEAVERS)
    for actor, tokens in found.feeds.items():
        for token in tokens:
            answer = Client().get(f"/calendar/feed/{token}.ics")
            found.sweep.note(answer.content.decode(), actor, "a subscription")
    return found


def test_who_leaves_meets_no_word_of_the_place_on_any_page(left: Left) -> None:
    leaks = sorted(
        f"{left.planted.where[word]} of {left.places[word]} met by {actor} at {where}"
        for word, actors in left.sweep.met.items()
        for actor, where in actors.items()
        if (left.places[word] in LEFT or (left.places[word] == EXCHANGE and actor == "member"))
        and "ex_member" not in left.planted.readers[word]
    )
    assert not leaks, f"{len(leaks)}:\n" + "\n".join(leaks[:60])


def test_they_had_done_much_there_and_read_widely(left: Left) -> None:
    assert left.done > 60
    assert sum(place == EXCHANGE for place in left.places.values()) >= 8
    assert sum(place in LEFT for place in left.places.values()) > 200
    assert left.sweep.pages > 300
