"""A topic's and an idea's own data leave in a bundle and come back the same; nonsense in one is read as absent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parvis.ballots.models import Points
from parvis.contributions.models import Contribution
from parvis.contributions.replies import reply
from parvis.kernel.ids import decode
from parvis.people.models import Person
from parvis.testing.cast import Cast
from parvis.tools.forum import actions, bundle, categories, ideas
from parvis.tools.forum.models import Idea, Topic
from parvis.tools.forum.tests.stage import idea, topic
from parvis.transfer import rows
from parvis.transfer.dump import export_bundle
from parvis.transfer.load import import_bundle
from parvis.transfer.tests.bundles import read_from, small, write_to


def same_keys(table: str, key: str) -> int | None:
    """A bundle loaded into the same world: every key is its own."""
    return decode(key)


def test_a_topic_comes_back_as_it_left(cast: Cast):
    categories.add_category(cast.on_request, "Accueil", by=cast.host)
    question = topic(cast, "question", category="Accueil")
    actions.accept(question, reply(question, body="Oui.", by=cast.member), by=cast.author)
    actions.conclude(question, outcome="On **déjeune**.", by=cast.host)
    actions.close(question, because="Fini.", by=cast.host)
    left = bundle.dump_topic(question)
    card = Contribution.objects.get(id=question.id).card
    Topic.objects.filter(contribution=question).delete()
    fresh = Contribution.objects.get(id=question.id)
    fresh.card = {}
    bundle.load_topic(fresh, left, resolve=same_keys)
    assert bundle.dump_topic(fresh) == left
    assert Contribution.objects.get(id=question.id).card == card
    assert "<strong>" in Topic.objects.get(contribution=question).outcome_html


def test_ideas_come_back_with_points_group_and_what_was_merged(cast: Cast):
    storm = topic(cast, "brainstorm", budget="4")
    one, two = idea(cast, storm), idea(cast, storm, "Un déjeuner")
    ideas.give(one, 3, by=cast.member)
    ideas.give(two, 1, by=cast.member)
    ideas.merge_ideas(storm, [one.id], into=two.id, by=cast.host)
    ideas.group_ideas(storm, [two.id], name="Premiers jours", by=cast.host)
    ideas.retain(two, because="Simple.", by=cast.host)
    left = {row.id: bundle.dump_idea(row) for row in (one, two)}
    Idea.objects.all().delete()
    Points.objects.all().delete()
    bundle.load_topic(storm, bundle.dump_topic(storm), resolve=same_keys)
    for _again in range(2):
        for row in (two, one):
            bundle.load_idea(Contribution.objects.get(id=row.id), left[row.id], resolve=same_keys)
    assert {row.id: bundle.dump_idea(row) for row in (one, two)} == left
    assert Idea.objects.get(contribution=two).points == 4


def test_nobody_comes_back_with_more_than_the_budget(cast: Cast):
    storm = topic(cast, "brainstorm", budget="2")
    one = idea(cast, storm)
    bundle.load_idea(
        one,
        {"points": {cast.member.key: 9, cast.author.key: True, "nobody": 1}},
        resolve=lambda table, key: decode(key) if len(key) == 13 else None,
    )
    assert Points.objects.get(person=cast.member).points == 2
    assert not Points.objects.filter(points__gt=2).exists()


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"mode": "nope"},
        {"mode": ["x"]},
        {"mode": "brainstorm", "budget": -3},
        {"budget": "many", "mode": "brainstorm"},
        {"closed_at": "yesterday", "outcome_at": 3, "accepted_reply": 7, "outcome_by": []},
        {"accepted_reply": "unknown", "category": None, "outcome": None},
    ],
)
def test_nonsense_is_read_as_absent(cast: Cast, detail: dict[str, Any]):
    talk = topic(cast)
    bundle.load_topic(talk, detail, resolve=lambda table, key: None)
    row = Topic.objects.get(contribution=talk)
    assert row.closed_at is None
    assert row.accepted_reply is None
    assert row.outcome == ""


def test_who_is_named_in_an_outcome_is_found_again_in_another_network(db: Any, tmp_path: Path, settings: Any):
    settings.PARVIS_FILES_ROOT = tmp_path / "files"
    tables, said = small(), "Décidé avec @[](person:ana) : voir ![Plan](/files/f1/plan.png)"
    tables[rows.Object][0] = replace(tables[rows.Object][0], detail={"mode": "discussion", "outcome": said})
    write_to(tmp_path / "b", tables)
    import_bundle(tmp_path / "b")
    ana, found = Person.objects.get(display_name="Ana Lima"), Topic.objects.get()
    assert f"@[](person:{ana.key})" in found.outcome
    assert f'data-person="{ana.key}"' in found.outcome_html
    assert "/files/f1/" not in found.outcome
    export_bundle(tmp_path / "out")
    back = {row.id: row for row in read_from(tmp_path / "out")[rows.Object]}
    assert back["o1"].detail["outcome"] == said
