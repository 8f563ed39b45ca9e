"""A brainstorm: ideas are contributions of their own, get points within a budget, are grouped, merged and retained."""

from __future__ import annotations

import re
from typing import Any

import pytest

from parvis.ballots.reading import own_points, points_by_person
from parvis.contributions import stream
from parvis.contributions.actions import hide, retire, set_state, show_again
from parvis.contributions.models import Contribution, State
from parvis.contributions.replies import reply
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.testing.cast import Cast
from parvis.tools.forum import ideas, reading
from parvis.tools.forum.models import Idea
from parvis.tools.forum.tests.stage import client_of, idea, reasons, text_of, topic


def test_an_idea_is_a_part_with_author_page_and_replies_but_no_card(cast: Cast):
    storm = topic(cast, "brainstorm")
    one = idea(cast, storm)
    assert (one.part_of_id, one.author_id, one.is_listed) == (storm.id, cast.member.id, False)
    reply(one, body="Je commence.", by=cast.author)
    assert Contribution.objects.get(id=one.id).reply_count == 1
    assert Contribution.objects.get(id=storm.id).reply_count == 0
    assert [row.id for row in stream.of_space(cast.on_request, cast.member).rows] == [storm.id]


def test_ideas_are_added_by_those_who_may_answer_and_only_to_brainstorms(cast: Cast, run_jobs: Any):
    storm = topic(cast, "brainstorm")
    for outsider in (cast.stranger, cast.ex_member, cast.administrator):
        with pytest.raises(NotFound):
            idea(cast, storm, by=outsider)
    with pytest.raises(Refused):
        idea(cast, topic(cast, "question"))
    with pytest.raises(Refused):
        idea(cast, storm, title="  ")
    run_jobs()
    idea(cast, storm)
    run_jobs()
    assert reasons(cast.author) == ["idea"]


def test_members_add_ideas_where_only_hosts_open_topics(cast: Cast):
    cast.on_request.posting = "hosts"
    cast.on_request.save()
    storm = topic(cast, "brainstorm", by=cast.host)
    assert idea(cast, storm).id


def test_points_are_cached_on_the_idea_and_stay_within_the_budget(cast: Cast):
    storm = topic(cast, "brainstorm", budget="4")
    one, two = idea(cast, storm), idea(cast, storm, "Un déjeuner")
    assert ideas.give(one, 3, by=cast.author) == 3
    with pytest.raises(Refused):
        ideas.give(two, 2, by=cast.author)
    assert ideas.shift(two, 1, by=cast.author) == {"own": 1, "total": 1, "left": 0}
    with pytest.raises(Refused):
        ideas.shift(two, 1, by=cast.author)
    assert ideas.shift(one, -1, by=cast.author) == {"own": 2, "total": 2, "left": 1}
    assert Idea.objects.get(contribution=one).points == 2
    with pytest.raises(Refused):
        ideas.shift(one, 7, by=cast.author)


def test_taking_back_what_was_never_given_changes_nothing(cast: Cast):
    one = idea(cast, topic(cast, "brainstorm"))
    assert ideas.shift(one, -1, by=cast.author) == {"own": 0, "total": 0, "left": 5}


def test_hosts_group_and_ungroup(cast: Cast):
    storm = topic(cast, "brainstorm")
    one, two = idea(cast, storm), idea(cast, storm, "Un déjeuner")
    with pytest.raises(NotAllowed):
        ideas.group_ideas(storm, [one.id], name="Premiers jours", by=cast.author)
    assert ideas.group_ideas(storm, [one.id, two.id], name=" Premiers  jours ", by=cast.host) == 2
    assert {row.cluster for row in reading.list_ideas(storm, cast.member)} == {"Premiers jours"}
    ideas.group_ideas(storm, [one.id], name="", by=cast.host)
    assert Idea.objects.get(contribution=one).cluster == ""
    foreign = idea(cast, topic(cast, "brainstorm"))
    with pytest.raises(Refused):
        ideas.group_ideas(storm, [foreign.id], name="Ailleurs", by=cast.host)


def test_merging_keeps_voters_and_points_and_leads_to_the_idea_that_stays(cast: Cast, run_jobs: Any):
    storm = topic(cast, "brainstorm")
    one, two, three = (idea(cast, storm, title) for title in ("Un parrain", "Une marraine", "Un plan"))
    ideas.give(one, 2, by=cast.member)
    ideas.give(two, 3, by=cast.member)
    ideas.give(one, 1, by=cast.author)
    ideas.give(three, 4, by=cast.author)
    run_jobs()
    with pytest.raises(NotAllowed):
        ideas.merge_ideas(storm, [one.id], into=two.id, by=cast.author)
    ideas.merge_ideas(storm, [one.id], into=two.id, by=cast.host)
    assert points_by_person(two) == {cast.member.id: 5, cast.author.id: 1}
    assert Idea.objects.get(contribution=two).points == 6
    assert sum(own_points(storm.id, cast.author).values()) == 5
    assert Idea.objects.get(contribution=one).merged_into_id == two.id
    assert [row.id for row in reading.list_ideas(storm, cast.member, "points")] == [two.id, three.id]
    with pytest.raises(Refused):
        ideas.give(one, 1, by=cast.host)
    run_jobs()
    assert "merged" in reasons(cast.member)
    # What had been merged into an idea follows it into the next one.
    ideas.merge_ideas(storm, [two.id], into=three.id, by=cast.host)
    assert Idea.objects.get(contribution=one).merged_into_id == three.id
    assert Idea.objects.get(contribution=three).points == 10


def test_one_idea_alone_is_not_merged(cast: Cast):
    storm = topic(cast, "brainstorm")
    one = idea(cast, storm)
    for into in (one.id, 0, idea(cast, topic(cast, "brainstorm")).id):
        with pytest.raises(Refused):
            ideas.merge_ideas(storm, [one.id], into=into, by=cast.host)


def test_a_host_retains_ideas_with_a_reason_that_their_authors_read(cast: Cast, run_jobs: Any):
    storm = topic(cast, "brainstorm")
    one, two = idea(cast, storm), idea(cast, storm, "Un déjeuner", by=cast.cohost)
    run_jobs()
    with pytest.raises(NotAllowed):
        ideas.retain(one, because="Simple.", by=cast.author)
    with pytest.raises(Refused):
        ideas.retain(one, because=" ", by=cast.host)
    ideas.retain(one, because="Deux équipes sont prêtes.", by=cast.host)
    ideas.retain(two, because="Cela ne coûte rien.", by=cast.host)
    run_jobs()
    assert reasons(cast.member) == ["retained"]
    assert {row.retained_because for row in reading.list_ideas(storm, cast.member)} == {
        "Deux équipes sont prêtes.",
        "Cela ne coûte rien.",
    }
    ideas.release(one, by=cast.host)
    assert Idea.objects.get(contribution=one).retained_at is None


def test_orders_are_by_points_and_by_date(cast: Cast):
    storm = topic(cast, "brainstorm")
    one, two, three = (idea(cast, storm, title) for title in ("A", "B", "C"))
    ideas.give(two, 3, by=cast.author)
    ideas.give(three, 1, by=cast.author)
    assert [row.id for row in reading.list_ideas(storm, cast.author, "points")] == [two.id, three.id, one.id]
    assert [row.id for row in reading.list_ideas(storm, cast.author, "newest")] == [three.id, two.id, one.id]
    assert [row.own_points for row in reading.list_ideas(storm, cast.author, "points")] == [3, 1, 0]


def test_ideas_share_the_fate_of_their_topic_but_one_hidden_for_itself_stays_hidden(cast: Cast):
    storm = topic(cast, "brainstorm")
    one, two = idea(cast, storm), idea(cast, storm, "Un déjeuner")
    hide(one, reason="Hors sujet.", by=cast.host)
    hide(storm, reason="Doublon.", by=cast.host)
    assert set(storm.parts.values_list("state", flat=True)) == {State.HIDDEN}
    show_again(storm, by=cast.host)
    assert Contribution.objects.get(id=one.id).state == State.HIDDEN
    assert Contribution.objects.get(id=two.id).state == State.PUBLISHED
    retire(storm, by=cast.author)
    assert Contribution.objects.get(id=two.id).state == State.REMOVED


def test_the_kind_alone_adds_an_idea_only_where_the_writer_reads_the_brainstorm(cast: Cast):
    storm = topic(cast, "brainstorm")
    made = ideas.publish_idea(
        cast.on_request, title="X", body="", by=cast.member, options={"topic": storm.key}
    )
    assert made.part_of_id == storm.id
    for options in ({}, {"topic": "no key"}, {"topic": cast.on_request and made.key}):
        with pytest.raises(Refused):
            ideas.publish_idea(cast.on_request, title="X", body="", by=cast.member, options=options)
    set_state(storm, State.HIDDEN, "hidden", by=cast.host)
    with pytest.raises(Refused):
        ideas.publish_idea(cast.on_request, title="X", body="", by=cast.member, options={"topic": storm.key})


def many_ideas(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[Contribution, list[Contribution]]:
    """Five ideas, two to a page; the oldest under a heading."""
    monkeypatch.setattr(reading, "IDEAS_A_PAGE", 2)
    storm = topic(cast, "brainstorm")
    listed = [idea(cast, storm, f"Idée {word}") for word in ("une", "deux", "trois", "quatre", "cinq")]
    ideas.group_ideas(storm, [listed[0].id, listed[1].id], name="Accueil", by=cast.host)
    return storm, listed


def test_ideas_come_by_the_page_groups_first_with_one_budget(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    storm, listed = many_ideas(cast, monkeypatch)
    ideas.give(listed[2], 2, by=cast.member)
    client, base = client_of(cast.member), f"/forum/{storm.key}/"

    def shown(query: str) -> list[str]:
        return re.findall(r'<article class="card idea[^"]*" id="i-(\w+)"', text_of(client.get(base + query)))

    pages = [shown(f"?ideas_page={n}") for n in (1, 2, 3)]
    keys = [one.key for one in listed]
    assert pages == [[keys[1], keys[0]], [keys[4], keys[3]], [keys[2]]]
    assert shown("?ideas_page=99") == pages[2]
    assert shown(f"?idea={keys[2]}") == pages[2]
    assert shown("?ideas=points") == [keys[0], keys[1]]
    first = text_of(client.get(base))
    # What one has left counts points given on other pages, and is said once.
    assert first.count('data-left="points">3<') == 1
    assert f"{base}?ideas=newest&amp;ideas_page=2#ideas" in first
    assert 'class="idea-group"' in text_of(client.get(base + "?ideas_page=3"))


def test_a_vote_and_a_new_idea_come_back_to_their_own_page(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    storm, listed = many_ideas(cast, monkeypatch)
    client, base = client_of(cast.member), f"/forum/{storm.key}/"
    answer = client.post(f"/forum/{listed[2].key}/points/?ideas=newest", {"step": "1"})
    assert answer["Location"] == f"{base}?ideas=newest&idea={listed[2].key}#i-{listed[2].key}"
    assert f'id="i-{listed[2].key}"' in text_of(client.get(answer["Location"]))
    answer = client.post(f"{base}ideas/", {"title": "Encore une", "body": ""})
    added = Contribution.objects.get(title="Encore une")
    assert f'id="i-{added.key}"' in text_of(client.get(answer["Location"]))


def test_an_idea_being_typed_is_kept_until_it_is_added(cast: Cast):
    storm, client = topic(cast, "brainstorm"), client_of(cast.member)
    place = f"/drafts/part:{storm.key}/"
    assert f'data-draft-url="{place}"' in text_of(client.get(f"/forum/{storm.key}/"))
    client.post(place, {"title": "Un dé", "body": "À deux"})
    assert client.get(place).json()["fields"] == {"title": "Un dé", "body": "À deux"}
    assert f'href="/go/{storm.key}/#add-part"' in text_of(client.get("/drafts/"))
    refused = client.post(f"/forum/{storm.key}/ideas/", {"title": "", "body": "À deux"})
    assert refused.status_code == 422
    assert client.get(place).status_code == 200
    client.post(f"/forum/{storm.key}/ideas/", {"title": "Un déjeuner", "body": "À deux"})
    assert client.get(place).status_code == 204


def test_ideas_alike_are_told_while_a_title_is_typed(cast: Cast):
    storm, other = topic(cast, "brainstorm"), topic(cast, "brainstorm")
    one = idea(cast, storm, "Un déjeuner d'accueil")
    idea(cast, other, "Un déjeuner ailleurs")
    merged = idea(cast, storm, "Un déjeuner de plus")
    ideas.merge_ideas(storm, [merged.id], into=one.id, by=cast.host)
    client, at = client_of(cast.author), f"/forum/{storm.key}/ideas/similar/"
    found = text_of(client.get(at, {"q": "déjeuner en équipe"}))
    assert re.findall(r'href="([^"]+)"', found) == [f"/forum/{one.key}/"]
    assert text_of(client.get(at, {"q": "un vélo"})) == ""
    assert text_of(client.get(at)) == ""
    assert client_of(cast.stranger).get(at, {"q": "déjeuner"}).status_code == 404
