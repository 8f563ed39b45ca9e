"""Every text of every table carries a word of its own; every page is read as every actor; a word met by somebody who may
not see it fails, and so does a word that nobody rightful ever meets. Planting is by introspection.
"""

from __future__ import annotations

import pytest

from tests.canary_exemptions import EXEMPT, NOT_SOUGHT
from tests.planting import Planted, name_of, plant, text_columns
from tests.sweeping import Sweep, sweep_pages, sweep_parameters
from tests.world import World


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


@pytest.fixture(scope="module")
def sweep(world: World, planted: Planted) -> Sweep:
    return sweep_pages(world, world.people())


def test_every_text_column_has_a_canary_or_a_written_reason(planted: Planted) -> None:
    have = {*planted.where.values()}
    columns = {name_of(model, one) for model, one in text_columns()}
    assert sorted(columns - have - EXEMPT.keys()) == []
    assert sorted(EXEMPT.keys() - columns) == []
    assert sorted(NOT_SOUGHT.keys() - columns) == []


def test_nobody_meets_a_word_that_is_not_for_them(planted: Planted, sweep: Sweep) -> None:
    leaks = sweep.leaks(planted)
    assert not leaks, f"{len(leaks)} of {len(planted.where)} words:\n" + "\n".join(leaks[:60])


def test_no_parameter_of_an_address_opens_what_is_closed(world: World, planted: Planted) -> None:
    found = sweep_parameters(world)
    leaks = found.leaks(planted)
    assert not leaks, "\n".join(leaks[:60])
    assert found.pages > 400


def test_each_word_is_met_by_somebody_it_is_for(planted: Planted, sweep: Sweep) -> None:
    """By column: at least one word of each is met, but for those of NOT_SOUGHT."""
    met = sweep.columns(planted)
    unmet = sorted({*planted.where.values()} - met - NOT_SOUGHT.keys())
    assert not unmet, ", ".join(unmet)
    stale = sorted(NOT_SOUGHT.keys() & met)
    assert not stale, f"no longer need their exemption: {', '.join(stale)}"


def test_the_sweep_is_as_wide_as_it_says(planted: Planted, sweep: Sweep) -> None:
    assert len(planted.where) > 500
    assert sweep.pages > 2000
    assert len(sweep.met) > len(planted.where) // 3
