"""Every live connection that any tool declares, opened by every actor on everything there is: who may not read a thing
hears not one byte of it, whichever way they come.
"""

from __future__ import annotations

import contextlib

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from parvis.contributions.models import Contribution
from parvis.kernel.db import SYSTEM, acting
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
