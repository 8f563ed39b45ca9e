"""The generated tests have teeth: with one check broken, the matrix and the canary go red. Sabotage shown red.

Each on as few pages as show it. Not here: the tests themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from parvis.access import table
from parvis.access.roles import Role
from parvis.attention.models import NoticeQuerySet
from parvis.contributions.models import Contribution, ContributionQuerySet
from parvis.journal.jobs import drain
from parvis.journal.models import Activity
from parvis.spaces.models import SpaceQuerySet
from tests import test_matrix
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row, get
from tests.planting import Planted, plant, plant_files
from tests.sweeping import Sweep, note_letters, sweep_files, sweep_pages, tell_everybody
from tests.trial import Marks, fingerprint, undone
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


def test_lists_that_show_everything_turn_the_matrix_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = Contribution.objects.get(title="Bilan à venir", space=world.cast.secret)
    stranger = world.cast.stranger
    assert not Contribution.objects.visible_to(stranger).filter(id=draft.id).exists()
    monkeypatch.setattr(ContributionQuerySet, "visible_to", everything)
    row = Row("GET", "file", "reads", given={"name": "{file_name}"})
    with pytest.raises(AssertionError, match="secret as stranger: ok"):
        test_matrix.test_each_actor_gets_what_the_table_says(row, world, {})


# From here on the world's texts are planted words.


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


def everything(rows: Any, person: Any) -> Any:
    return rows.all()


def leaks_of(planted: Planted, found: Sweep) -> str:
    return "\n".join(found.leaks(planted))


def test_places_that_show_everything_turn_the_canary_red(
    world: World, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [get("communities", "anybody signed in")]
    assert leaks_of(planted, sweep_pages(world, ["stranger"], pages)) == ""
    monkeypatch.setattr(SpaceQuerySet, "visible_to", everything)
    assert "spaces_space.name met by stranger" in leaks_of(planted, sweep_pages(world, ["stranger"], pages))


def test_files_found_through_lists_that_show_everything_turn_the_canary_red(
    world: World, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_files(world, planted)
    assert leaks_of(planted, sweep_files(world, ["stranger"])) == ""
    monkeypatch.setattr(ContributionQuerySet, "visible_to", everything)
    assert "contributions_attachment.sha256 met by stranger" in leaks_of(
        planted, sweep_files(world, ["stranger"])
    )


def test_one_thing_read_without_its_rule_turns_the_canary_red(
    world: World, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [get("notes:note", "reads")]
    assert leaks_of(planted, sweep_pages(world, ["stranger"], pages)) == ""
    monkeypatch.setattr("parvis.contributions.reading.roles", lambda *given, **more: frozenset(Role))
    assert "contributions_body.html met by stranger" in leaks_of(
        planted, sweep_pages(world, ["stranger"], pages)
    )


@pytest.mark.parametrize(
    "is_red", [False, True], ids=["delivery without its check", "delivery and letter without theirs"]
)
def test_letters_written_without_a_check_turn_the_canary_red(
    is_red: bool, world: World, planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter asks again who may read: one broken check alone tells nobody anything."""
    facts: Iterable[int] = Activity.objects.filter(space_id=world.cast.secret.id, verb="topic.published").values_list("id", flat=True)[:1]  # fmt: skip
    monkeypatch.setattr("parvis.attention.delivering.may_read", lambda: "true")
    if is_red:
        monkeypatch.setattr(ContributionQuerySet, "visible_to", everything)
        monkeypatch.setattr(NoticeQuerySet, "visible_to", lambda rows, person: rows.filter(person=person))
    found = Sweep()
    with undone():
        tell_everybody(world, facts)
        drain()
        note_letters(world, found)
    assert ("contributions_contribution.title met by stranger" in leaks_of(planted, found)) is is_red
    assert found.met
