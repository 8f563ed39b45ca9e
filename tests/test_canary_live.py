"""Every live connection that any tool declares, opened by every actor on everything there is, and everybody's stream of
events: who may not read a thing hears not one byte of it, nor that anything happened to it, whichever way they come.
"""

from __future__ import annotations

import contextlib

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from parvis.contributions.models import Contribution
from parvis.kernel.db import SYSTEM, acting, read
from parvis.kernel.ids import encode
from parvis.live.models import Event, What
from parvis.spaces.models import Space
from parvis.testing.live import PATIENCE_S, LiveSite, socket_path
from parvis.toolkit import registry
from tests.planting import of_contribution
from tests.world import World, build_world


@pytest.fixture
def world(live_process: LiveSite) -> World:
    with acting(SYSTEM):
        return build_world()


def heard(site: LiveSite, path: str, session: str | None) -> list[bytes]:
    """The first words of a connection, or nothing when it is refused."""
    with contextlib.suppress(ConnectionClosed, InvalidStatus), site.open(path, session) as line:
        return [bytes(line.recv(timeout=PATIENCE_S, decode=False))]
    return []


def test_nobody_hears_a_byte_of_what_they_may_not_read(live_process: LiveSite, world: World) -> None:
    routes = [(tool.slug, route.name) for tool in registry.tools() for route in tool.sockets]
    assert routes
    leaks, let_in, asked = [], 0, 0
    for row in Contribution.objects.select_related("space").order_by("id"):
        owner = registry.tool_of(row.kind)
        rightful = of_contribution(world, row)
        # Under every tool's address: the wrong one opens nothing either.
        for tool, name in routes:
            is_own = owner is not None and owner.slug == tool
            actors = world.people() if is_own else ["member", "stranger"]
            for actor in actors:
                said = heard(live_process, socket_path(tool, row, name), world.sessions.get(actor))
                asked += 1
                let_in += bool(said)
                if said and (actor not in rightful or not is_own):
                    leaks.append(f"{actor} on {row.kind} “{row}” in {row.space.slug} by {tool}/{name}")
    assert leaks == []
    assert let_in and asked > 10 * len(routes)


def test_no_stream_says_that_something_happened_to_what_its_reader_may_not_read(
    live_process: LiveSite, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind of event, of every contribution, to everybody: bells that would name all, pages that ask for all."""
    monkeypatch.setattr("parvis.live.wire.MOST_OPENED", 10_000)
    monkeypatch.setattr("parvis.live.streams.QUEUE", 10_000)
    rows = {row.id: row for row in Contribution.objects.select_related("space").order_by("id")}
    opens = ",".join(
        ["home", *(f"thing:{row.key}" for row in rows.values())]
        + [f"space:{encode(key)}" for key in Space.objects.values_list("id", flat=True)]
    )
    everybody = [person.id for person in world.people().values() if person is not None]
    actors = [name for name in world.people() if name in world.sessions]
    assert {"stranger", "ex_member", "administrator", "member"} <= {*actors}
    with contextlib.ExitStack() as stack:
        streams = {
            name: stack.enter_context(live_process.listen(world.sessions[name], opens=opens)) for name in actors
        }  # fmt: skip
        for one in streams.values():
            assert (one.next() or {})["event"] == "ready"
        for row in rows.values():
            with acting(SYSTEM):
                for what in (What.BELL, What.POST, What.REPLY):
                    read(
                        "SELECT parvis_live_write(%s, %s, %s, %s::bigint[])",
                        [what.value, row.space_id, row.id, everybody if what == What.BELL else None],
                    )
        with acting(SYSTEM):  # what everybody hears, last: nothing comes after it
            read("SELECT parvis_live_write(2, NULL, NULL, %s::bigint[])", [everybody])
        events = {str(event.id): event for event in Event._default_manager.all()}
        leaks, heard_of = [], 0
        for name, one in streams.items():
            while True:
                said = one.next()
                assert said is not None, f"the stream of {name} ended"
                event = events[said["id"]]
                if event.what == What.SEEN:
                    break
                row = rows[event.thing_id]
                heard_of += 1
                if name not in of_contribution(world, row):
                    leaks.append(f"{name} hears {said['event']} of {row.kind} “{row}” in {row.space.slug}")
            secrets = {row.title.encode() for row in rows.values() if row.title}
            assert not [title for title in secrets if title in one.everything], name
    assert leaks == []
    assert heard_of > 100
