"""Topics move and split with everything that hangs on them; rights are asked at both ends; links still lead there."""

from __future__ import annotations

from typing import Any

import pytest

from parvis.attention.models import Notice
from parvis.ballots.models import Points
from parvis.contributions import marking
from parvis.contributions.marks import Mention, Reaction
from parvis.contributions.models import Contribution, Reply
from parvis.contributions.replies import hide_reply, reply, revise_reply
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import actions as membership
from parvis.spaces.models import Audience
from parvis.testing.cast import Cast
from parvis.tools.forum import actions, categories, ideas, moving
from parvis.tools.forum.models import Topic
from parvis.tools.forum.tests.stage import client_of, idea, text_of, topic


def counts_are_true(*contributions: Contribution) -> bool:
    return all(
        Contribution.objects.get(id=one.id).reply_count
        == Reply.objects.filter(contribution=one, state="published").count()
        for one in contributions
    )


def test_a_moved_topic_takes_ideas_points_replies_and_marks_to_the_other_audience(cast: Cast):
    storm = topic(cast, "brainstorm")
    one = idea(cast, storm)
    ideas.give(one, 2, by=cast.member)
    row = reply(storm, body="Bonne idée.", by=cast.member)
    marking.react(storm, "useful", by=cast.host, reply=row)
    moving.move_topic(storm, cast.open, by=cast.host)
    for model, keys in ((Contribution, [storm.id, one.id]), (Reply, [row.id])):
        rows = model.objects.filter(id__in=keys).values_list("space_id", "audience")
        assert set(rows) == {(cast.open.id, Audience.EVERYBODY)}
    assert set(Points.objects.values_list("space_id", "audience")) == {(cast.open.id, Audience.EVERYBODY)}
    assert set(Reaction.objects.values_list("space_id", "audience")) == {(cast.open.id, Audience.EVERYBODY)}
    assert ideas.give(one, 3, by=cast.member) == 3
    assert client_of(cast.stranger).get(f"/forum/{storm.key}/").status_code == 200


def test_moving_needs_a_host_here_and_a_poster_there(cast: Cast):
    talk = topic(cast)
    with pytest.raises(NotAllowed):
        moving.move_topic(talk, cast.open, by=cast.member)
    with pytest.raises((NotAllowed, NotFound)):
        moving.move_topic(talk, cast.elsewhere, by=cast.host)
    with pytest.raises(Refused):
        moving.move_topic(talk, cast.on_request, by=cast.host)
    cast.open.tools.filter(slug="forum").delete()
    with pytest.raises(Refused):
        moving.move_topic(talk, cast.open, by=cast.host)
    assert Contribution.objects.get(id=talk.id).space_id == cast.on_request.id


def test_a_moved_topic_stands_on_the_shelf_of_the_same_name(cast: Cast):
    for space in (cast.on_request, cast.open):
        categories.add_category(space, "Accueil", by=cast.host)
    categories.add_category(cast.on_request, "Seulement ici", by=cast.host)
    same, other = topic(cast, category="Accueil"), topic(cast, category="Seulement ici")
    for one in (same, other):
        moving.move_topic(one, cast.open, by=cast.host)
    assert Topic.objects.get(contribution=same).category.space_id == cast.open.id
    assert Topic.objects.get(contribution=other).category is None


def test_the_form_offers_forums_where_one_may_post_and_says_what_changes(cast: Cast):
    talk = topic(cast)
    reply(talk, body="Oui.", by=cast.cohost)
    places = moving.places_for(talk, cast.host)
    assert {place.id for place in places} >= {cast.on_request.id, cast.open.id, cast.secret.id}
    assert cast.elsewhere.id not in {place.id for place in places}
    assert cast.archived.id not in {place.id for place in places}
    membership.remove_member(cast.secret, cast.cohost, by=cast.host)
    assert "1 personne" in text_of(client_of(cast.host).get(f"/forum/{talk.key}/move/"))


def test_split_replies_keep_keys_authors_dates_and_all_that_hangs_on_them(cast: Cast, run_jobs: Any):
    talk = topic(cast)
    stays = reply(talk, body="Je reste.", by=cast.host)
    goes = reply(talk, body=f"@[x](person:{cast.host.key}) je pars.", by=cast.member)
    answer = reply(talk, body="Moi aussi.", by=cast.author, parent=goes)
    marking.react(talk, "bravo", by=cast.author, reply=goes)
    revise_reply(goes, body=f"@[x](person:{cast.host.key}) je pars demain.", by=cast.member)
    run_jobs()
    before = Reply.objects.values("id", "author_id", "created_at", "source").get(id=goes.id)
    opened = moving.split_topic(talk, [goes.id], title="Départs", to=cast.secret, by=cast.host)
    assert set(opened.replies.values_list("id", flat=True)) == {goes.id, answer.id}
    assert list(talk.replies.values_list("id", flat=True)) == [stays.id]
    assert Reply.objects.values("id", "author_id", "created_at", "source").get(id=goes.id) == before
    assert Reply.objects.get(id=answer.id).parent_id == goes.id
    assert counts_are_true(talk, opened)
    place = (opened.id, cast.secret.id, Audience.MEMBERS)
    for model in (Reaction, Mention):
        assert set(
            model.objects.filter(reply=goes).values_list("contribution_id", "space_id", "audience")
        ) == {place}
    assert set(goes.revisions.values_list("contribution_id", flat=True)) == {opened.id}
    assert set(
        Notice.objects.filter(thing_kind="reply", thing_id=goes.id).values_list("contribution_id", flat=True)
    ) == {opened.id}


def test_an_answer_taken_alone_stands_on_its_own(cast: Cast):
    talk = topic(cast)
    root = reply(talk, body="Racine", by=cast.host)
    answer = reply(talk, body="Réponse", by=cast.member, parent=root)
    opened = moving.split_topic(talk, [answer.id], title="À part", to=cast.on_request, by=cast.host)
    assert Reply.objects.get(id=answer.id).parent_id is None
    assert counts_are_true(talk, opened)


def test_hidden_replies_move_without_being_counted(cast: Cast):
    talk = topic(cast)
    root = reply(talk, body="Racine", by=cast.host)
    hidden = reply(talk, body="Réponse", by=cast.member, parent=root)
    hide_reply(hidden, by=cast.host)
    opened = moving.split_topic(talk, [root.id], title="À part", to=cast.on_request, by=cast.host)
    assert Contribution.objects.get(id=opened.id).reply_count == 1
    assert Contribution.objects.get(id=talk.id).reply_count == 0


def test_splitting_asks_rights_at_both_ends(cast: Cast):
    talk = topic(cast)
    row = reply(talk, body="Je pars.", by=cast.member)
    with pytest.raises(NotAllowed):
        moving.split_topic(talk, [row.id], title="Départs", to=cast.on_request, by=cast.author)
    with pytest.raises((NotAllowed, NotFound)):
        moving.split_topic(talk, [row.id], title="Départs", to=cast.elsewhere, by=cast.host)
    with pytest.raises(Refused):
        moving.split_topic(talk, [], title="Départs", to=cast.on_request, by=cast.host)
    foreign = reply(topic(cast), body="D'ailleurs", by=cast.member)
    with pytest.raises(Refused):
        moving.split_topic(talk, [foreign.id], title="Départs", to=cast.on_request, by=cast.host)
    assert Reply.objects.get(id=row.id).contribution_id == talk.id


def test_an_accepted_answer_that_is_split_off_is_no_answer_any_more(cast: Cast):
    question = topic(cast, "question")
    row = reply(question, body="Voilà.", by=cast.member)
    actions.accept(question, row, by=cast.author)
    moving.split_topic(question, [row.id], title="À part", to=cast.on_request, by=cast.host)
    assert Topic.objects.get(contribution=question).accepted_reply is None


def test_the_new_topic_tells_nothing_of_a_first_one_that_is_private(cast: Cast):
    talk = topic(cast)
    row = reply(talk, body="Je pars.", by=cast.member)
    opened = moving.split_topic(talk, [row.id], title="Départs", to=cast.open, by=cast.host)
    page = text_of(client_of(cast.stranger).get(f"/forum/{opened.key}/"))
    assert "Départs" in page
    assert talk.title not in page


def test_old_links_to_a_moved_reply_lead_where_it_is_now_for_those_who_may_read_it(cast: Cast):
    talk = topic(cast, space=cast.open)
    row = reply(talk, body="Je pars.", by=cast.member)
    moving.split_topic(talk, [row.id], title="Départs", to=cast.secret, by=cast.host)
    old = f"/forum/{talk.key}/?reply={row.key}"
    answer = client_of(cast.member).get(old)
    assert (answer.status_code, row.key in answer["Location"]) == (302, True)
    assert client_of(cast.member).get(answer["Location"], follow=True).status_code == 200
    assert client_of(cast.stranger).get(old).status_code == 200
