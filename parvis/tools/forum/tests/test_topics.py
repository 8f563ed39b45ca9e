"""A topic is asked, answered, concluded, closed and sorted by those who may; those concerned are told."""

from __future__ import annotations

from typing import Any

import pytest

from parvis.ballots.models import Budget
from parvis.contributions import marking
from parvis.contributions.models import Contribution, Reply
from parvis.contributions.replies import hide_reply, remove_reply, reply, restore_reply
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.spaces.models import Level
from parvis.testing.cast import Cast
from parvis.tools.forum import actions, categories
from parvis.tools.forum.models import Category, Topic
from parvis.tools.forum.tests.stage import idea, reasons, topic


def detail(contribution: Contribution) -> Topic:
    return Topic.objects.get(contribution=contribution)


def card(contribution: Contribution) -> dict[str, Any]:
    return Contribution.objects.values_list("card", flat=True).get(id=contribution.id)


def test_a_topic_stands_on_a_shelf_of_its_own_community_only(cast: Cast):
    here = categories.add_category(cast.on_request, "Entretiens", by=cast.host)
    away = categories.add_category(cast.elsewhere, "Sorties", by=cast.host_elsewhere)
    assert detail(topic(cast, category=encode(here.id))).category == here
    assert detail(topic(cast, category="Entretiens")).category == here
    assert detail(topic(cast, category=encode(away.id))).category is None
    with pytest.raises(Refused):
        topic(cast, mode="plebiscite")


def test_who_asked_or_a_host_accepts_an_answer_and_its_author_is_told(cast: Cast, run_jobs: Any):
    question = topic(cast, "question")
    first, second = (
        reply(question, body="Par un déjeuner.", by=cast.member),
        reply(question, body="Par un mot.", by=cast.host),
    )
    for other in (cast.member, cast.cohost):
        with pytest.raises(NotAllowed):
            actions.accept(question, first, by=other)
    with pytest.raises(NotFound):
        actions.accept(question, first, by=cast.stranger)
    actions.accept(question, first, by=cast.author)
    run_jobs()
    assert reasons(cast.member).count("accepted") == 1
    assert card(question)["answer"] == first.id
    actions.accept(question, second, by=cast.host)
    assert detail(question).accepted_reply_id == second.id
    actions.take_back_answer(question, by=cast.host)
    assert detail(question).accepted_reply is None
    assert "answer" not in card(question)


def test_only_a_question_accepts_and_only_what_can_be_read_there(cast: Cast):
    discussion, question = topic(cast), topic(cast, "question")
    row = reply(discussion, body="Oui.", by=cast.member)
    with pytest.raises(Refused):
        actions.accept(discussion, row, by=cast.author)
    with pytest.raises(Refused):
        actions.accept(question, row, by=cast.author)
    gone = reply(question, body="Non.", by=cast.member)
    remove_reply(gone, by=cast.member)
    with pytest.raises(Refused):
        actions.accept(question, gone, by=cast.author)


@pytest.mark.parametrize("how", ["removed", "hidden"])
def test_an_answer_that_is_no_longer_shown_is_no_answer(cast: Cast, how: str):
    question = topic(cast, "question")
    row = reply(question, body="Par un déjeuner.", by=cast.member)
    actions.accept(question, row, by=cast.author)
    if how == "removed":
        remove_reply(row, by=cast.member)
        restore_reply(row, by=cast.member)
    else:
        hide_reply(row, by=cast.host)
    assert detail(question).accepted_reply is None
    assert "answer" not in card(question)


def test_an_outcome_stands_on_the_topic_and_its_card_and_followers_are_told(cast: Cast, run_jobs: Any):
    talk = topic(cast)
    marking.follow(talk, Level.FOLLOWING, by=cast.member)
    marking.follow(talk, Level.MUTED, by=cast.cohost)
    with pytest.raises(NotAllowed):
        actions.conclude(talk, outcome="Rien.", by=cast.member)
    actions.conclude(talk, outcome="Un **déjeuner** le premier jour.", by=cast.host)
    run_jobs()
    assert "<strong>déjeuner</strong>" in detail(talk).outcome_html
    assert card(talk)["outcome"] == "Un déjeuner le premier jour."
    assert "concluded" in reasons(cast.member)
    assert "concluded" in reasons(cast.author)
    assert "concluded" not in reasons(cast.cohost)
    assert "concluded" not in reasons(cast.host)
    actions.conclude(talk, outcome="  ", by=cast.author)
    assert detail(talk).outcome_at is None
    assert "outcome" not in card(talk)
    with pytest.raises(Refused):
        actions.conclude(talk, outcome="x" * 10_001, by=cast.author)


def test_an_outcome_keeps_ids_of_people_and_no_script(cast: Cast):
    talk = topic(cast)
    actions.conclude(
        talk,
        outcome=f"@[Malik Membre](person:{cast.member.key}) s'en charge <script>x</script>",
        by=cast.host,
    )
    assert "Malik" not in detail(talk).outcome + detail(talk).outcome_html + card(talk)["outcome"]
    assert "<script" not in detail(talk).outcome_html


def test_a_closed_topic_says_why_and_takes_no_reply_until_it_is_open_again(cast: Cast):
    talk = topic(cast)
    with pytest.raises(Refused):
        actions.close(talk, because="   ", by=cast.host)
    with pytest.raises(NotAllowed):
        actions.close(talk, because="Parce que.", by=cast.member)
    actions.close(talk, because="Tout est dans le guide.", by=cast.author)
    assert detail(talk).closed_because == "Tout est dans le guide."
    with pytest.raises(Refused):
        reply(talk, body="Une dernière chose", by=cast.member)
    actions.reopen(talk, by=cast.host)
    assert reply(talk, body="Une dernière chose", by=cast.member).pk
    assert detail(talk).closed_at is None


def test_closing_a_brainstorm_ends_ideas_points_and_replies_to_them(cast: Cast):
    from parvis.tools.forum.ideas import give

    storm = topic(cast, "brainstorm")
    one = idea(cast, storm)
    actions.close(storm, because="Merci à tout le monde.", by=cast.host)
    with pytest.raises(Refused):
        idea(cast, storm)
    with pytest.raises(Refused):
        give(one, 1, by=cast.author)
    with pytest.raises(Refused):
        reply(one, body="Trop tard ?", by=cast.author)
    actions.reopen(storm, by=cast.host)
    assert give(one, 1, by=cast.author) == 1
    assert reply(one, body="À temps.", by=cast.author).pk


def test_kind_and_shelf_are_set_by_author_or_host_and_the_card_follows(cast: Cast):
    shelf = categories.add_category(cast.on_request, "Accueil", by=cast.host)
    talk = topic(cast, "question")
    actions.accept(talk, reply(talk, body="Oui", by=cast.member), by=cast.author)
    with pytest.raises(NotAllowed):
        actions.sort_topic(talk, mode="debate", category="", by=cast.member)
    actions.sort_topic(talk, mode="debate", category=encode(shelf.id), by=cast.author)
    row = detail(talk)
    assert (row.mode, row.category, row.accepted_reply) == ("debate", shelf, None)
    assert card(talk) == {"mode": "debate"}


def test_a_brainstorm_with_ideas_stays_one_and_its_budget_never_falls_under_what_was_given(cast: Cast):
    from parvis.tools.forum.ideas import give

    storm = topic(cast, "brainstorm", budget="3")
    assert detail(storm).budget == 3
    give(idea(cast, storm), 3, by=cast.member)
    with pytest.raises(Refused):
        actions.sort_topic(storm, mode="question", category="", by=cast.host)
    for wrong in ("2", "0", "101", "many"):
        with pytest.raises(Refused):
            actions.sort_topic(storm, mode="brainstorm", category="", budget=wrong, by=cast.host)
    actions.sort_topic(storm, mode="brainstorm", category="", budget="8", by=cast.host)
    assert Budget.objects.get(pk=storm.pk).points == 8


def test_the_last_edit_of_the_card_loses_nothing_written_in_between(cast: Cast):
    question = topic(cast, "question")
    stale = Contribution.objects.select_related("space").get(id=question.id)
    actions.conclude(question, outcome="On déjeune.", by=cast.host)
    actions.accept(stale, reply(question, body="Oui", by=cast.member), by=cast.author)
    assert set(card(question)) == {"mode", "outcome", "answer"}


def test_shelves_are_arranged_by_hosts_only(cast: Cast):
    space = cast.on_request
    for name in ("A", "B", "C"):
        categories.add_category(space, name, by=cast.host)
    with pytest.raises(NotAllowed):
        categories.add_category(space, "D", by=cast.member)
    with pytest.raises(Refused):
        categories.add_category(space, "A", by=cast.host)
    with pytest.raises(Refused):
        categories.add_category(space, "x" * 81, by=cast.host)
    third = Category.objects.get(space=space, name="C")
    third.space = space
    categories.shift_category(third, up=True, by=cast.host)
    assert list(Category.objects.filter(space=space).values_list("name", flat=True)) == ["A", "C", "B"]
    talk = topic(cast, category="C")
    categories.remove_category(third, by=cast.host)
    assert detail(talk).category is None
    with pytest.raises(NotFound):
        categories.find_category(cast.open, Category.objects.get(name="A").id)


def test_replies_carry_the_side_they_take(cast: Cast):
    talk = topic(cast, "debate")
    reply(talk, body="Oui.", by=cast.member, side=1)
    reply(talk, body="Non.", by=cast.host, side=2)
    assert list(Reply.objects.filter(contribution=talk).order_by("id").values_list("side", flat=True)) == [
        1,
        2,
    ]
