"""What jobs write to people: letters and the bell hold no planted word that their reader may not read, whoever was named."""

from __future__ import annotations

import pytest

from tests.planting import Planted, plant
from tests.sweeping import Sweep, sweep_mails
from tests.world import World


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


@pytest.fixture(scope="module")
def sweep(world: World, planted: Planted) -> Sweep:
    return sweep_mails(world)


def test_no_letter_and_no_bell_tells_what_its_reader_may_not_read(planted: Planted, sweep: Sweep) -> None:
    leaks = sweep.leaks(planted)
    assert not leaks, f"{len(leaks)} words:\n" + "\n".join(leaks[:60])


def test_letters_really_carried_planted_words(planted: Planted, sweep: Sweep) -> None:
    by_mail = {planted.where[word] for word, actors in sweep.met.items() if "a mail" in actors.values()}
    assert {"contributions_contribution.title", "spaces_space.name", "people_person.display_name"} <= by_mail
    assert sweep.pages > 20  # what waits for one person comes in one mail
