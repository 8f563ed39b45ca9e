"""Polls: their methods, rules, results, closing and decision. Not here: secrecy (test_secrecy), pages (test_pages)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from parvis.attention.models import Notice
from parvis.contributions.actions import hide, publish
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.testing.cast import Cast
from parvis.toolkit import registry
from parvis.tools.polls import actions, bundle, reading, showing
from parvis.tools.polls.tests.stage import DAYS, crowd, keys, poll, say


def totals(contribution: Contribution, cast: Cast) -> list[tuple[str, int]]:
    row = reading.read_poll(contribution, cast.host)
    return [(choice["text"], choice["total"]) for choice in row.choices]


def test_one_choice_is_counted_once_a_person_and_may_be_changed(cast: Cast) -> None:
    one = poll(cast)
    say(one, cast.member, 1)
    say(one, cast.author, 0, 1)
    say(one, cast.member, 0, 1)
    assert totals(one, cast) == [("Lundi", 0), ("Mardi", 2), ("Jeudi", 0)]
    assert reading.read_poll(one, cast.host).voters == 2
    with pytest.raises(Refused):
        say(one, cast.member, 1, 1)
    with pytest.raises(Refused):
        say(one, cast.member)


def test_several_choices_count_each(cast: Cast) -> None:
    one = poll(cast, method="multiple")
    say(one, cast.member, 1, 0, 1)
    say(one, cast.author, 1)
    assert totals(one, cast) == [("Lundi", 2), ("Mardi", 0), ("Jeudi", 1)]


def test_a_ranking_counts_by_borda_and_leaves_out_what_wasnt_ranked(cast: Cast) -> None:
    one = poll(cast, method="ranking")
    say(one, cast.member, 3, 7, 0)  # Lundi before Mardi: first and second
    say(one, cast.author, 2, 1, 3)
    assert totals(one, cast) == [("Lundi", 3), ("Mardi", 3), ("Jeudi", 0)]
    with pytest.raises(Refused):
        say(one, cast.host, 1, 1)


def test_points_stay_within_the_budget(cast: Cast) -> None:
    one = poll(cast, method="points", points="5")
    say(one, cast.member, 3, 0, 2)
    assert totals(one, cast) == [("Lundi", 3), ("Mardi", 0), ("Jeudi", 2)]
    with pytest.raises(Refused):
        say(one, cast.author, 3, 3)
    with pytest.raises(Refused):
        say(one, cast.author, 6, -1)


def test_a_final_vote_cannot_be_changed(cast: Cast) -> None:
    one = poll(cast, final="1")
    say(one, cast.member, 1)
    with pytest.raises(Refused):
        say(one, cast.member, 0, 1)
    assert totals(one, cast)[0] == ("Lundi", 1)


def test_only_those_who_may_answer_vote(cast: Cast) -> None:
    one = poll(cast)
    with pytest.raises(NotFound):
        actions.vote(one, {keys(one)[0]: 1}, by=cast.stranger)
    opened = poll(cast, space=cast.open)
    with pytest.raises(NotAllowed):
        actions.vote(opened, {keys(opened)[0]: 1}, by=cast.stranger)


def test_a_choice_of_another_poll_is_no_choice(cast: Cast) -> None:
    one, other = poll(cast), poll(cast, title="Autre ?")
    with pytest.raises(Refused):
        actions.vote(one, {keys(other)[0]: 1}, by=cast.member)


@pytest.mark.parametrize(
    "options",
    [
        {"choices": "Un"},
        {"choices": "Un\nun"},
        {"choices": "\n".join(map(str, range(31)))},
        {"choices": "Un\n" + "x" * 201},
        {"method": "loudest"},
        {"results": "never"},
        {"method": "points", "points": "101"},
        {"closes": "2001-01-01 10:00"},
        {"closes": "demain"},
    ],
)
def test_rules_that_make_no_sense_are_refused(cast: Cast, options: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        poll(cast, **options)


def test_without_choices_people_answer_yes_or_no(cast: Cast) -> None:
    assert len(keys(poll(cast, choices=""))) == 2


def test_participants_add_choices_where_they_may(cast: Cast) -> None:
    one, fixed = poll(cast, add="1"), poll(cast, title="Fixe ?")
    actions.suggest_choice(one, "Samedi", by=cast.member)
    assert [text for text, _n in totals(one, cast)] == [*DAYS, "Samedi"]
    for text in ("samedi", " "):
        with pytest.raises(Refused):
            actions.suggest_choice(one, text, by=cast.member)
    with pytest.raises(Refused):
        actions.suggest_choice(fixed, "Samedi", by=cast.member)


@pytest.mark.parametrize(
    ("results", "before", "voted", "closed"),
    [("always", True, True, True), ("voted", False, True, True), ("closed", False, False, True)],
)
def test_the_result_is_shown_when_the_poll_says(
    cast: Cast, results: str, before: bool, voted: bool, closed: bool
) -> None:
    one = poll(cast, results=results)

    def sees() -> bool:
        return showing.sees_result(reading.read_poll(one, cast.member))

    assert sees() is before
    say(one, cast.member, 1)
    assert sees() is voted
    actions.close_poll(one, by=cast.author)
    assert sees() is closed


def test_the_date_closes_the_poll_and_tells_who_took_part(cast: Cast, run_jobs: Any) -> None:
    one = poll(cast, closes=clock.now() + timedelta(hours=2))
    say(one, cast.member, 1)
    assert actions.close_due() == 0
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=True):
        with pytest.raises(Refused):
            say(one, cast.host, 1)
        assert actions.close_due() == 1
        assert actions.close_due() == 0
        run_jobs()
    assert Notice.objects.get(person=cast.member, contribution_id=one.id).reason == "vote_closed"
    assert Notice.objects.get(person=cast.author, contribution_id=one.id).reason == "vote_to_decide"
    assert not Notice.objects.filter(person=cast.host, contribution_id=one.id).exists()


def test_what_was_decided_is_written_once_closed_and_told(cast: Cast, run_jobs: Any) -> None:
    one = poll(cast)
    say(one, cast.member, 1)
    with pytest.raises(Refused):
        actions.conclude(one, "Lundi", by=cast.author)
    actions.close_poll(one, by=cast.author)
    with pytest.raises(NotAllowed):
        actions.conclude(one, "Lundi", by=cast.member)
    actions.conclude(one, "**Lundi**, dès janvier", by=cast.author)
    run_jobs()
    row = reading.read_poll(one, cast.member)
    assert "<strong>Lundi</strong>" in row.outcome_html
    assert Contribution.objects.get(id=one.id).card["outcome"] == "Lundi, dès janvier"
    assert "concluded" in Notice.objects.filter(person=cast.member).values_list("reason", flat=True)


def test_rules_change_until_somebody_has_voted(cast: Cast) -> None:
    one = poll(cast)
    actions.revise_poll(one, options={"choices": "A\nB", "method": "multiple"}, by=cast.author)
    assert [text for text, _n in totals(one, cast)] == ["A", "B"]
    say(one, cast.member, 1)
    actions.revise_poll(one, options={"choices": "C\nD", "method": "single"}, by=cast.author)
    assert totals(one, cast) == [("A", 1), ("B", 0)]


def test_a_poll_inside_a_text_is_seen_and_hidden_with_it(cast: Cast) -> None:
    note = publish("note", cast.on_request, title="", body="Un texte", by=cast.author, needs_title=False)
    with pytest.raises(NotAllowed):
        actions.add_poll(note, title="Et vous ?", options={}, by=cast.member)
    inner = actions.add_poll(note, title="Et vous ?", options={}, by=cast.author)
    assert inner.part_of_id == note.id
    assert not inner.is_listed
    note = find_contribution(note.id, cast.member)
    assert len(showing.inside(note, cast.member, frozenset({"contribution.reply"}))) == 1
    with pytest.raises(Refused):
        actions.add_poll(inner, title="Encore ?", options={}, by=cast.author)
    hide(note, reason="Hors sujet", by=cast.host)
    with pytest.raises(NotFound):
        find_contribution(inner.id, cast.member)


def test_another_tool_asks_for_a_ballot_by_its_role(cast: Cast) -> None:
    kind = registry.kind_for(cast.on_request, "ballot")
    assert kind is not None
    made = kind.draft(
        cast.on_request, title="Le nom ?", body="", options={"choices": ["Un", "Deux"]}, by=cast.author
    )
    assert made.state == "draft"
    assert len(keys(made)) == 2


def test_a_vote_makes_nobodys_edit_stale(cast: Cast) -> None:
    one = poll(cast)
    before = Contribution.objects.get(id=one.id).version
    say(one, cast.member, 1)
    fresh = Contribution.objects.get(id=one.id)
    assert (fresh.version, fresh.card["count"]) == (before, 1)


def test_open_polls_wait_for_those_of_ones_communities_only(cast: Cast) -> None:
    one = poll(cast)
    poll(cast, title="Fermé ?", closes=clock.now() + timedelta(hours=1))
    assert [row.id for row in reading.open_polls(cast.stranger)] == []
    assert len(reading.open_polls(cast.member, unanswered=True)) == 2
    say(one, cast.member, 1)
    assert [row.id for row in reading.open_polls(cast.member, unanswered=True)] != [one.id]
    assert len(reading.open_polls(cast.member)) == 2


def test_a_secret_result_is_told_once_closed_and_from_five_votes(cast: Cast) -> None:
    few, many = poll(cast, secret="1"), poll(cast, title="Assez ?", secret="1", results="always", add="1")
    people = crowd(cast.on_request, 5)
    for person in people:
        say(many, person, 0, 1)
    for person in people[:4]:
        say(few, person, 1)
    assert not showing.sees_result(reading.read_poll(many, people[0]))
    for one in (few, many):
        actions.close_poll(one, by=cast.author)
    assert totals(many, cast) == [("Lundi", 0), ("Mardi", 5), ("Jeudi", 0)]
    assert showing.sees_result(reading.read_poll(many, cast.host))
    assert totals(few, cast) == [("Lundi", None), ("Mardi", None), ("Jeudi", None)]
    assert not showing.sees_result(reading.read_poll(few, cast.host))
    with pytest.raises(Refused):
        actions.suggest_choice(many, "Samedi", by=cast.member)


@pytest.mark.parametrize("method", ["single", "multiple", "ranking", "points"])
def test_secret_votes_add_up_like_named_ones(cast: Cast, method: str) -> None:
    secret, named = poll(cast, secret="1", method=method), poll(cast, title="Nommé ?", method=method)
    votes = {
        "single": [(1, 0, 0), (0, 0, 1), (0, 0, 1), (0, 1, 0), (0, 0, 1)],
        "multiple": [(1, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 0), (1, 1, 1)],
    }.get(method, [(1, 2, 0), (2, 1, 0), (3, 1, 0), (0, 1, 2), (1, 0, 2)])
    for person, vote in zip(crowd(cast.on_request, 5), votes, strict=True):
        say(secret, person, *vote)
        say(named, person, *vote)
    actions.close_poll(secret, by=cast.author)
    assert totals(secret, cast) == totals(named, cast)


def test_a_bundle_never_holds_a_secret_ballot(cast: Cast) -> None:
    one = poll(cast, secret="1")
    people = crowd(cast.on_request, 5)
    for person in people:
        say(one, person, 0, 0, 1)
    open_dump = bundle.dump_poll(one)
    actions.close_poll(one, by=cast.author)
    closed_dump = bundle.dump_poll(one)
    assert "votes" not in open_dump
    assert "voters" not in open_dump
    assert "total" not in open_dump["choices"][2]
    assert closed_dump["choices"][2] == {"text": "Jeudi", "total": 5, "people": 5}
    assert not [person for person in people if encode(person.id) in str(closed_dump)]


def test_a_poll_inside_a_text_arrives_inside_it(cast: Cast) -> None:
    note = publish("note", cast.on_request, title="", body="Un texte", by=cast.author, needs_title=False)
    inner = actions.add_poll(note, title="Et vous ?", options={}, by=cast.author)
    say(inner, cast.member, 1)
    Contribution.objects.filter(id=note.id).update(card={})
    detail = bundle.dump_poll(inner)
    bundle.load_poll(Contribution.objects.get(id=inner.id), detail, resolve=lambda table, key: decode(key))
    assert Contribution.objects.get(id=note.id).card["polls"] is True
    assert bundle.dump_poll(inner) == detail
    assert totals(inner, cast)[0][1] == 1


def test_yes_if_need_be_and_no_are_counted_and_the_best_is_marked_while_it_is_open(cast: Cast) -> None:
    one = poll(cast, method="approval", results="always")
    say(one, cast.member, 2, 1, 0)
    say(one, cast.host, 0, 1, 0)
    say(one, cast.author, 0, 0, 0)
    row = reading.read_poll(one, cast.member)
    lines = showing.result_lines(row)
    assert [line["cells"] for line in lines] == [["1", "0"], ["0", "2"], ["0", "0"]]
    assert [line["is_first"] for line in lines] == [True, True, False]
    assert row.voters == 3
    assert {person["name"] for person in row.grid} == {cast.member.name, cast.host.name, cast.author.name}


def test_a_secret_approval_is_counted_at_its_closing_and_has_no_grid(cast: Cast) -> None:
    one = poll(cast, method="approval", secret="1")
    for person in crowd(cast.on_request, 5):
        say(one, person, 2, 1, 0)
    actions.close_poll(find_contribution(one.id, cast.author), by=cast.author)
    row = reading.read_poll(one, cast.member)
    assert [line["cells"] for line in showing.result_lines(row)] == [["5", "0"], ["0", "5"], ["0", "0"]]
    assert row.grid is None


def test_an_approval_says_nothing_but_its_three_words(cast: Cast) -> None:
    one = poll(cast, method="approval")
    with pytest.raises(Refused):
        say(one, cast.member, 3, 0, 0)
