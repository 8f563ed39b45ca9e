"""Points: never above the budget, however many requests come at once; changed until closed; carried by a merge."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from parvis.ballots.actions import close_budget, give_points, merge_options, open_budget, reopen_budget
from parvis.ballots.models import Budget, Points
from parvis.ballots.reading import own_points, points_by_person
from parvis.contributions.actions import publish
from parvis.contributions.models import Contribution
from parvis.journal.models import Activity
from parvis.kernel.db import acting
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.people.models import Person
from parvis.testing.cast import Cast, build_cast


def brainstorm(cast: Cast, ideas: int = 3) -> tuple[Budget, list[Contribution]]:
    """A contribution with a budget of five points, and its parts."""
    topic = publish(
        "topic",
        cast.on_request,
        title="Comment mieux accueillir ?",
        body="",
        by=cast.author,
        may_be_empty=True,
    )
    rows = [
        publish(
            "idea",
            cast.on_request,
            title=f"Idée {n}",
            body="",
            by=cast.member,
            part_of=topic,
            is_listed=False,
            may_be_empty=True,
        )
        for n in range(ideas)
    ]
    open_budget(topic, 5)
    return Budget.objects.select_related("contribution__space").get(pk=topic.id), rows


@pytest.fixture
def cast(db: Any) -> Cast:
    return build_cast()


def test_points_are_given_changed_and_taken_back(cast: Cast):
    budget, (first, second, _third) = brainstorm(cast)
    assert give_points(budget, first, 3, cast.member) == 3
    assert give_points(budget, first, 2, cast.author) == 5
    assert give_points(budget, first, 1, cast.member) == 3
    assert give_points(budget, second, 4, cast.member) == 4
    assert own_points(budget.pk, cast.member) == {first.id: 1, second.id: 4}
    assert give_points(budget, first, 0, cast.member) == 2
    assert own_points(budget.pk, cast.member) == {second.id: 4}


def test_points_beyond_the_budget_are_refused_and_nothing_changes(cast: Cast):
    budget, (first, second, _third) = brainstorm(cast)
    give_points(budget, first, 4, cast.member)
    with pytest.raises(Refused):
        give_points(budget, second, 2, cast.member)
    with pytest.raises(Refused):
        give_points(budget, first, 6, cast.member)
    with pytest.raises(Refused):
        give_points(budget, first, -1, cast.member)
    assert own_points(budget.pk, cast.member) == {first.id: 4}


def test_an_option_of_another_topic_or_out_of_sight_takes_no_points(cast: Cast):
    budget, (first, *_rest) = brainstorm(cast)
    _other, (foreign, *_others) = brainstorm(cast)
    with pytest.raises(Refused):
        give_points(budget, foreign, 1, cast.member)
    Contribution.objects.filter(id=first.id).update(state="hidden")
    first.refresh_from_db()
    with pytest.raises(Refused):
        give_points(budget, first, 1, cast.member)


def test_only_those_who_may_answer_give_points(cast: Cast):
    budget, (first, *_rest) = brainstorm(cast)
    for outsider in (cast.stranger, cast.ex_member, cast.administrator, cast.host_elsewhere):
        with pytest.raises((NotAllowed, NotFound)):
            give_points(budget, first, 1, outsider)
    assert not Points.objects.exists()


def test_a_closed_budget_keeps_its_points_until_it_is_open_again(cast: Cast):
    budget, (first, *_rest) = brainstorm(cast)
    give_points(budget, first, 2, cast.member)
    close_budget(budget.contribution)
    with pytest.raises(Refused):
        give_points(budget, first, 1, cast.member)
    reopen_budget(budget.contribution)
    assert give_points(budget, first, 1, cast.member) == 1


def test_a_budget_never_falls_under_what_someone_gave(cast: Cast):
    budget, (first, *_rest) = brainstorm(cast)
    give_points(budget, first, 4, cast.member)
    with pytest.raises(Refused):
        open_budget(budget.contribution, 3)
    with pytest.raises(Refused):
        open_budget(budget.contribution, 0)
    assert open_budget(budget.contribution, 4).points == 4


def test_merged_options_keep_voters_and_points_and_nobody_rises_above_the_budget(cast: Cast):
    budget, (first, second, third) = brainstorm(cast)
    give_points(budget, first, 3, cast.member)
    give_points(budget, second, 2, cast.member)
    give_points(budget, first, 1, cast.author)
    give_points(budget, third, 4, cast.author)
    assert merge_options(budget, first, second) == 6
    assert points_by_person(second) == {cast.member.id: 5, cast.author.id: 1}
    assert points_by_person(first) == {}
    for person in (cast.member, cast.author):
        assert sum(own_points(budget.pk, person).values()) == budget.points
    with pytest.raises(Refused):
        give_points(budget, third, 5, cast.author)


def test_an_option_is_not_merged_with_itself_or_a_stranger(cast: Cast):
    budget, (first, *_rest) = brainstorm(cast)
    _other, (foreign, *_others) = brainstorm(cast)
    for target in (first, foreign):
        with pytest.raises(Refused):
            merge_options(budget, first, target)


def test_given_points_are_told_to_nobody(cast: Cast, run_jobs: Any):
    budget, (first, *_rest) = brainstorm(cast)
    run_jobs()
    give_points(budget, first, 1, cast.author)
    assert Activity.objects.filter(verb="topic.points_given", actor_id=cast.author.id).count() == 1
    assert run_jobs() == 0


def in_threads(count: int, work: Any) -> list[Any]:
    """Runs `work(n)` in threads with their own connections, all let go at once; what each returned or raised."""
    results: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(n: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(10)
            results[n] = work(n)
        except Refused as refusal:
            results[n] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_ten_requests_at_once_spend_the_budget_and_not_one_point_more(
    fresh_database: str, django_db_blocker: Any
):
    with django_db_blocker.unblock():
        cast = build_cast()
        with acting(cast.author):
            budget, ideas = brainstorm(cast, ideas=10)
        member = Person.objects.get(id=cast.member.id)

        def give(n: int) -> int:
            with acting(member):
                return give_points(
                    Budget.objects.select_related("contribution__space").get(pk=budget.pk),
                    ideas[n],
                    1,
                    member,
                )

        results = in_threads(10, give)
        assert sorted(isinstance(one, Refused) for one in results) == [False] * 5 + [True] * 5
        assert sum(own_points(budget.pk, member).values()) == 5


def test_two_first_gifts_to_one_idea_at_once_are_one_row(fresh_database: str, django_db_blocker: Any):
    with django_db_blocker.unblock():
        cast = build_cast()
        with acting(cast.author):
            budget, ideas = brainstorm(cast, ideas=1)

        def give(n: int) -> int:
            with acting(cast.member):
                return give_points(
                    Budget.objects.select_related("contribution__space").get(pk=budget.pk),
                    ideas[0],
                    3,
                    cast.member,
                )

        assert in_threads(4, give) == [3, 3, 3, 3]
        assert points_by_person(ideas[0]) == {cast.member.id: 3}
