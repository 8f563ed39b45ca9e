"""Reminders before a poll closes: whom, when, once; a secret one tells nothing of anybody's choice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine

from parvis.attention.models import Notice
from parvis.contributions.marking import follow
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.membership.actions import leave
from parvis.people.models import Person
from parvis.spaces.models import Level
from parvis.testing.cast import Cast
from parvis.tools.polls import actions, reminding
from parvis.tools.polls.tests.stage import poll, say

RunJobs = Callable[[], object]


def closing(cast: Cast, *, days: float = 5, **options: object) -> Contribution:
    return poll(cast, closes=clock.now() + timedelta(days=days), **options)


def following(one: Contribution, *people: Person) -> None:
    for person in people:
        follow(find_contribution(one.id, person), Level.FOLLOWING, by=person)


def told(one: Contribution) -> set[int]:
    rows = Notice.objects.filter(contribution_id=one.id, reason="vote_closing")
    return {*rows.values_list("person_id", flat=True)}


def later(run_jobs: RunJobs, **ahead: float) -> int:
    with time_machine.travel(clock.now() + timedelta(**ahead), tick=False):
        count = reminding.remind_due()
        run_jobs()
        return count


def test_a_day_before_those_who_follow_and_havent_voted_are_told_once(cast: Cast, run_jobs: RunJobs) -> None:
    one = closing(cast)
    following(one, cast.member, cast.host, cast.cohost, cast.author)
    say(one, cast.host, 1)
    follow(find_contribution(one.id, cast.cohost), Level.MUTED, by=cast.cohost)
    assert later(run_jobs, days=3.9) == 0
    assert later(run_jobs, days=4.1) == 1
    assert told(one) == {cast.member.id}
    assert later(run_jobs, days=4.2) == 0
    assert Notice.objects.filter(contribution_id=one.id, reason="vote_closing").count() == 1


def test_who_has_left_since_isnt_told(cast: Cast, run_jobs: RunJobs) -> None:
    one = closing(cast)
    following(one, cast.member, cast.cohost)
    leave(one.space, by=cast.member)
    later(run_jobs, days=4.1)
    assert told(one) == {cast.cohost.id}


def test_a_short_poll_reminds_in_its_last_third_and_a_very_short_one_never(
    cast: Cast, run_jobs: RunJobs
) -> None:
    short, flash = closing(cast, days=0.25), closing(cast, days=0.1, title="Tout de suite ?")
    for one in (short, flash):
        following(one, cast.member)
    assert later(run_jobs, hours=2) == 0
    later(run_jobs, hours=4.1)
    assert told(short) == {cast.member.id}
    assert told(flash) == set()


def test_those_who_follow_the_community_are_told_too_and_a_secret_vote_stays_one(
    cast: Cast, run_jobs: RunJobs
) -> None:
    one = closing(cast, secret="1")
    for person in (cast.member, cast.cohost):
        person.subscriptions.update_or_create(space=one.space, defaults={"level": Level.FOLLOWING})
    say(one, cast.member, 0, 1)
    later(run_jobs, days=4.1)
    assert told(one) == {cast.cohost.id}


def test_a_poll_closed_before_or_hidden_reminds_nobody(cast: Cast, run_jobs: RunJobs) -> None:
    one = closing(cast)
    following(one, cast.member)
    actions.close_poll(find_contribution(one.id, cast.author), by=cast.author)
    assert later(run_jobs, days=4.1) == 0
    assert told(one) == set()
