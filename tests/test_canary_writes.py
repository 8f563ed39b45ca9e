"""What a write answers, and what its jobs tell whom: no planted word that its reader may not read."""

from __future__ import annotations

import pytest

from tests.matrix.rows import Row
from tests.planting import Planted, plant
from tests.sweeping import POSTS, sweep_writes
from tests.world import World


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


@pytest.mark.parametrize("row", POSTS, ids=str)
def test_no_answer_to_a_write_tells_what_is_not_for_its_reader(
    row: Row, world: World, planted: Planted
) -> None:
    leaks = sweep_writes(world, [row]).leaks(planted)
    assert not leaks, "\n".join(leaks[:40])
