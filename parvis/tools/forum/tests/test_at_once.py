"""The forum under real concurrency: counts, answers and shelves stay true when several people act at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from parvis.contributions.models import Contribution, Reply
from parvis.contributions.reading import find_contribution
from parvis.contributions.replies import remove_reply, reply
from parvis.kernel.db import acting
from parvis.kernel.errors import Refused
from parvis.testing.at_once import at_once
from parvis.testing.cast import Cast, build_cast
from parvis.tools.forum import actions, ideas, moving
from parvis.tools.forum.models import Idea, Topic
from parvis.tools.forum.tests.stage import idea, topic


@pytest.fixture
def cast(fresh_database: str, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        yield build_cast()


def act(person: Any, work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with acting(person):
            return work()

    return run


def test_counts_stay_true_while_replies_are_written_and_split_off(cast: Cast):
    with acting(cast.host):
        talk = topic(cast)
        roots = [reply(talk, body=f"Racine {n}", by=cast.member) for n in range(4)]

    def write(n: int) -> Callable[[], Any]:
        return act(
            cast.member,
            lambda: reply(
                find_contribution(talk.id, cast.member), body=f"Sous {n}", by=cast.member, parent=roots[n % 4]
            ),
        )

    def split() -> Contribution:
        keys = [roots[0].id, roots[1].id]
        return moving.split_topic(
            find_contribution(talk.id, cast.host), keys, title="À part", to=cast.on_request, by=cast.host
        )

    results = at_once(*(write(n) for n in range(4)), act(cast.host, split), *(write(n) for n in range(4, 8)))
    opened = results[4]
    assert isinstance(opened, Contribution)
    for one in (talk, opened):
        fresh = Contribution.objects.get(id=one.id)
        assert fresh.reply_count == fresh.replies.filter(state="published").count()
    strays = [
        row
        for row in Reply.objects.exclude(parent=None).select_related("parent")
        if row.parent.contribution_id != row.contribution_id
    ]
    assert strays == []


def test_an_answer_accepted_while_it_is_removed_is_not_left_accepted(cast: Cast):
    with acting(cast.host):
        question = topic(cast, "question")
    for n in range(6):
        with acting(cast.member):
            row = reply(question, body=f"Réponse {n}", by=cast.member)
        at_once(
            act(
                cast.author,
                lambda row=row: actions.accept(
                    find_contribution(question.id, cast.author), row, by=cast.author
                ),
            ),
            act(
                cast.member,
                lambda row=row: remove_reply(
                    Reply.objects.select_related("contribution__space").get(id=row.id), by=cast.member
                ),
            ),
        )
        accepted = Topic.objects.get(contribution=question).accepted_reply
        assert accepted is None
        assert "answer" not in Contribution.objects.get(id=question.id).card


def test_points_given_while_ideas_are_merged_all_end_on_the_one_that_stays(cast: Cast):
    with acting(cast.host):
        storm = topic(cast, "brainstorm")
        one, two = idea(cast, storm), idea(cast, storm, "Une marraine")
    givers = [cast.member, cast.author, cast.cohost]
    works = [
        act(person, lambda person=person: ideas.give(find_contribution(one.id, person), 3, by=person))
        for person in givers
    ]
    merge = act(
        cast.host,
        lambda: ideas.merge_ideas(
            find_contribution(storm.id, cast.host), [one.id], into=two.id, by=cast.host
        ),
    )
    results = at_once(*works, merge)
    given = sum(3 for result in results[:3] if isinstance(result, int))
    assert Idea.objects.get(contribution=one).points == 0
    assert Idea.objects.get(contribution=two).points == given


def test_no_idea_is_added_once_closing_has_been_acknowledged(cast: Cast):
    with acting(cast.host):
        storm = topic(cast, "brainstorm")
    closing = act(
        cast.host,
        lambda: actions.close(find_contribution(storm.id, cast.host), because="Merci.", by=cast.host),
    )
    adding = [
        act(cast.member, lambda n=n: idea(cast, find_contribution(storm.id, cast.member), f"Idée {n}"))
        for n in range(4)
    ]
    at_once(*adding, closing)
    assert not Contribution.objects.filter(part_of=storm, are_replies_open=True).exists()
    with pytest.raises(Refused), acting(cast.member):
        idea(cast, find_contribution(storm.id, cast.member), "Trop tard")
