"""The generated tests have teeth: with one check broken, the matrix and the canary go red. Sabotage shown red."""

from __future__ import annotations

import pytest

from parvis.access import table
from parvis.contributions.models import Contribution, ContributionQuerySet
from tests import test_matrix
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row
from tests.trial import Marks, fingerprint
from tests.world import World

POSTED = [
    row
    for row in (*SPACE, *THING)
    if str(row) in ("POST community_host", "POST hide", "POST community_report_close")
]


@pytest.fixture(scope="module")
def before(world: World) -> Marks:
    return fingerprint()


@pytest.mark.parametrize("row", POSTED, ids=str)
def test_a_gate_that_lets_everybody_in_turns_the_matrix_red(
    row: Row, world: World, before: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "judge", lambda ability, held, thing=None: held)
    with pytest.raises(AssertionError, match="instead of"):
        test_matrix.test_each_actor_gets_what_the_table_says(row, world, before)


def test_lists_that_show_everything_are_found_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's queries that begin with visible_to: a draft of another person comes out in none of them."""
    draft = Contribution.objects.get(title="Bilan à venir", space=world.cast.secret)
    stranger = world.cast.stranger
    assert not Contribution.objects.visible_to(stranger).filter(id=draft.id).exists()
    file = f"/files/{world.names['secret']['attachment']}/{world.names['secret']['file_name']}"
    assert world.client("stranger").get(file).status_code == 404
    monkeypatch.setattr(ContributionQuerySet, "visible_to", lambda rows, person: rows.all())
    assert Contribution.objects.visible_to(stranger).filter(id=draft.id).exists()
    row = Row("GET", "file", "reads", given={"name": "{file_name}"})
    with pytest.raises(AssertionError, match="secret as stranger: ok"):
        test_matrix.test_each_actor_gets_what_the_table_says(row, world, {})
