"""The forum through its pages: filters, unread, both sides, permalinks, forms that come back filled, few queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parvis.contributions import marking, thread
from parvis.contributions.marks import ReadMark, Total
from parvis.contributions.models import Contribution, Reply
from parvis.contributions.replies import reply
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.kernel.ids import encode
from parvis.testing.cast import Cast
from parvis.tools.forum import actions, categories, ideas, reading
from parvis.tools.forum.reading import Wanted
from parvis.tools.forum.tests.stage import client_of, idea, seen, text_of, topic


def listed(cast: Cast, **wanted: Any) -> list[int]:
    rows, _next = reading.list_topics(cast.on_request, cast.member, Wanted(**wanted))
    return [row.id for row in rows]


def age(contribution: Contribution, **by: int) -> None:
    Contribution.objects.filter(id=contribution.id).update(last_activity_at=clock.now() - timedelta(**by))


def test_filters_find_what_they_say(cast: Cast):
    shelf = categories.add_category(cast.on_request, "Accueil", by=cast.host)
    question = topic(cast, "question", category="Accueil")
    debate = topic(cast, "debate")
    decided = topic(cast)
    actions.conclude(decided, outcome="On déjeune.", by=cast.host)
    answered = topic(cast, "question")
    actions.accept(answered, reply(answered, body="Oui.", by=cast.member), by=cast.author)
    tagged = actions.open_topic(cast.on_request, title="Mot-clé", body="Voir #Télétravail", by=cast.member)
    reply(debate, body="Pour.", by=cast.host, side=1)
    assert set(listed(cast, mode="question")) == {question.id, answered.id}
    assert listed(cast, category=shelf.id) == [question.id]
    assert listed(cast, view="decided") == [decided.id]
    assert listed(cast, tag="teletravail") == [tagged.id]
    assert set(listed(cast, view="mine")) == {answered.id, tagged.id}
    assert set(listed(cast, view="unanswered")) == {question.id, decided.id, tagged.id}
    actions.close(question, because="Fini.", by=cast.host)
    assert question.id not in listed(cast, view="unanswered")


def test_unread_is_what_one_never_opened_lately_or_what_was_added_since(cast: Cast):
    fresh, opened, old, own = topic(cast), topic(cast), topic(cast), topic(cast, by=cast.member)
    age(old, days=60)
    marking.mark_read(opened, clock.now(), by=cast.member)
    assert set(listed(cast, view="unread")) == {fresh.id}
    reply(opened, body="Du neuf.", by=cast.host)
    reply(own, body="Moi-même.", by=cast.member)
    assert set(listed(cast, view="unread")) == {fresh.id, opened.id}
    rows, _next = reading.list_topics(cast.on_request, cast.member, Wanted())
    assert {row.id: row.unread_count for row in rows}[opened.id] == 1


def test_order_and_pages_show_each_topic_once(cast: Cast):
    made = [topic(cast) for _ in range(45)]
    for n, one in enumerate(made):
        Contribution.objects.filter(id=one.id).update(
            published_at=clock.now() - timedelta(minutes=n),
            last_activity_at=clock.now() - timedelta(minutes=100 - n),
        )
    for order, first in (("date", made[0].id), ("activity", made[-1].id)):
        found, after = [], None
        while True:
            rows, after = reading.list_topics(cast.on_request, cast.member, Wanted(order=order), after)
            found += [row.id for row in rows]
            if after is None:
                break
        assert found[0] == first
        assert sorted(found) == sorted(one.id for one in made)


def test_a_list_without_topics_invites(cast: Cast):
    page = text_of(client_of(cast.member).get(f"{cast.on_request.url}forum/"))
    assert "kind=question" in page
    cast.on_request.posting = "hosts"
    cast.on_request.save()
    assert (
        "kind=question"
        not in text_of(client_of(cast.member).get(f"{cast.on_request.url}forum/")).split("<main", 1)[1]
    )


@pytest.mark.parametrize(
    "query", ["?view=nope&mode=x&category=zz&order=nope&after=%ff&tag=%23%20", "?category=" + "z" * 13]
)
def test_nonsense_in_the_address_is_a_plain_list(cast: Cast, query: str):
    assert client_of(cast.member).get(f"{cast.on_request.url}forum/{query}").status_code == 200


def few(client: Any, path: str, most: int = 8) -> str:
    client.get(path)
    with count_statements() as counted:
        response = client.get(path)
    assert response.status_code == 200
    assert len(counted) <= most, counted.texts
    return text_of(response)


def test_the_list_and_a_topic_of_twenty_replies_cost_few_queries(cast: Cast):
    categories.add_category(cast.on_request, "Accueil", by=cast.host)
    talk = actions.open_topic(
        cast.on_request,
        title="Vingt réponses",
        body=f"@[x](person:{cast.host.key}) #accueil",
        by=cast.author,
        options={"category": "Accueil", "mode": "question"},
    )
    for n in range(20):
        row = reply(talk, body=f"Réponse {n} @[x](person:{cast.host.key})", by=cast.cohost)
    client = client_of(cast.member)
    few(client, f"{cast.on_request.url}forum/")
    few(client, f"/forum/{talk.key}/")
    actions.accept(talk, row, by=cast.author)
    few(client, f"/forum/{talk.key}/")


def test_a_brainstorm_an_idea_and_a_debate_cost_few_queries(cast: Cast):
    storm, debate = topic(cast, "brainstorm"), topic(cast, "debate")
    one = idea(cast, storm)
    reply(one, body="Oui.", by=cast.author)
    reply(debate, body="Non.", by=cast.author, side=2)
    client = client_of(cast.member)
    for contribution in (storm, one, debate):
        few(client, f"/forum/{contribution.key}/")


def test_a_question_shows_its_answer_under_it_and_the_button_to_those_who_may(cast: Cast):
    question = topic(cast, "question")
    row = reply(question, body="Par un déjeuner.", by=cast.member)
    accept = f"/forum/{question.key}/accept/{row.key}/"
    assert accept not in text_of(client_of(cast.member).get(f"/forum/{question.key}/"))
    author = client_of(cast.author)
    assert accept in text_of(author.get(f"/forum/{question.key}/"))
    assert author.post(accept).status_code == 303
    page = text_of(author.get(f"/forum/{question.key}/"))
    assert page.index('id="accepted"') < page.index('id="replies"')
    assert page.count("Par un déjeuner.") == 2
    assert page.count(f'id="r-{row.key}"') == 1
    assert client_of(cast.member).post(f"/forum/{question.key}/unaccept/").status_code == 403
    author.post(f"/forum/{question.key}/unaccept/")
    assert 'id="accepted"' not in text_of(author.get(f"/forum/{question.key}/"))


def test_a_debate_is_read_one_side_at_a_time_by_its_address(cast: Cast):
    debate, client = topic(cast, "debate"), client_of(cast.member)
    reply(debate, body="Un appui.", by=cast.host, side=1)
    against = reply(debate, body="Un refus.", by=cast.author, side=2)
    reply(debate, body="Un appui au refus.", by=cast.member, side=1, parent=against)
    reply(debate, body="Une question.", by=cast.author)
    base = f"/forum/{debate.key}/"
    page = text_of(client.get(base))
    assert f'href="{base}?side=for#replies"' in page
    assert [f"({n})" in page for n in (4, 2, 1)] == [True] * 3
    for_it, against_it = text_of(client.get(base + "?side=for")), text_of(client.get(base + "?side=against"))
    # What answers in favour is shown with what it answers.
    assert all(words in for_it for words in ("Un appui.", "Un appui au refus.", "Un refus."))
    assert "Une question." not in for_it
    assert "Un refus." in against_it
    assert "Un appui." not in against_it
    assert 'name="side" value="against" checked' in against_it
    assert 'name="side" value="" checked' in page
    assert "Une question." in text_of(client.get(base + "?side=elsewhere"))


def test_a_link_to_a_reply_shows_it_whatever_the_side(cast: Cast):
    debate = topic(cast, "debate")
    row = reply(debate, body="Un refus.", by=cast.author, side=2)
    page = text_of(client_of(cast.member).get(f"/forum/{debate.key}/?side=for&reply={row.key}"))
    assert "Un refus." in page
    assert 'name="side" value="" checked' in page


def test_pages_of_one_side_count_that_side_only(cast: Cast):
    debate, client = topic(cast, "debate"), client_of(cast.member)
    for n in range(thread.PAGE + 1):
        reply(debate, body=f"Appui numéro {n}.", by=cast.author, side=1)
        reply(debate, body=f"Refus numéro {n}.", by=cast.author, side=2)
    page = text_of(client.get(f"/forum/{debate.key}/?side=for&page=2"))
    assert (f"Appui numéro {thread.PAGE}." in page, "Appui numéro 0." in page, "Refus" in page) == (
        True,
        False,
        False,
    )
    assert "?side=for&amp;page=1#replies" in page
    assert "page=3" not in page


def test_a_debate_shows_both_sides_with_their_counts_and_takes_a_side_with_the_reply(cast: Cast):
    debate = topic(cast, "debate")
    client = client_of(cast.member)
    for side, body in (
        ("for", "Oui, vraiment."),
        ("for", "Oui encore."),
        ("against", "Non, merci."),
        ("", "À voir."),
    ):
        client.post(f"/go/{debate.key}/reply/", {"body": body, "side": side})
    assert sorted(Reply.objects.values_list("side", flat=True)) == [0, 1, 1, 2]
    page = text_of(client.get(f"/forum/{debate.key}/"))
    start, middle, rest = (
        page.index('id="side-for"'),
        page.index('id="side-against"'),
        page.index('id="side-none"'),
    )
    assert (
        start < page.index("Oui encore.") < middle < page.index("Non, merci.") < rest < page.index("À voir.")
    )
    assert 'value="against"' in page


def test_imported_counts_are_shown_as_such(cast: Cast):
    debate = topic(cast, "debate")
    row = reply(debate, body="Oui.", by=cast.author, side=1)
    Contribution.objects.filter(id=debate.id).update(is_imported=True)
    place = {"contribution": debate, "space_id": debate.space_id, "audience": debate.audience}
    Total.objects.create(name="agree", count=1204, **place)
    Total.objects.create(reply=row, name="votes", count=12, **place)
    page = (
        text_of(client_of(cast.member).get(f"/forum/{debate.key}/"))
        .replace("\u202f", " ")
        .replace("\u00a0", " ")
    )
    assert "1 204" in page
    assert page.count('class="totals') == 2


def test_a_topic_opens_at_the_first_unread_and_marks_a_linked_reply(cast: Cast):
    talk = topic(cast)
    rows = [reply(talk, body=f"Réponse {n}", by=cast.host) for n in range(45)]
    for n, row in enumerate(rows):
        Reply.objects.filter(id=row.id).update(created_at=clock.now() - timedelta(minutes=60 - n))
    client = client_of(cast.member)
    ReadMark.objects.create(
        person=cast.member, contribution=talk, read_until=clock.now() - timedelta(minutes=60 - 30, seconds=-1)
    )
    page = text_of(client.get(f"/forum/{talk.key}/"))
    assert page.index('id="new"') < page.index(f'id="r-{rows[31].key}"')
    assert page.index(f'id="r-{rows[30].key}"') < page.index('id="new"')
    assert ReadMark.objects.get(person=cast.member, contribution=talk).read_until > rows[
        44
    ].created_at - timedelta(minutes=5)
    linked = text_of(client.get(f"/forum/{talk.key}/?reply={rows[3].key}"))
    assert f'is-target" id="r-{rows[3].key}"' in linked


def test_levels_of_following_are_shown_and_set(cast: Cast):
    talk = topic(cast)
    client = client_of(cast.member)
    client.post(f"/go/{talk.key}/follow/", {"level": "0"})
    assert seen(talk, cast.member).marks.level == 0
    page = text_of(client.get(f"/forum/{talk.key}/"))
    assert 'name="level" value="0" aria-pressed="true"' in page


def test_points_are_pressed_by_form_and_by_script(cast: Cast):
    storm = topic(cast, "brainstorm", budget="1")
    one = idea(cast, storm)
    client = client_of(cast.member)
    answer = client.post(f"/forum/{one.key}/points/?ideas=newest", {"step": "1"})
    assert answer["Location"] == f"/forum/{storm.key}/?ideas=newest&idea={one.key}#i-{one.key}"
    scripted = client.post(f"/forum/{one.key}/points/", {"step": "-1"}, headers={"x-requested-with": "fetch"})
    assert scripted.json() == {"own": 0, "total": 0, "left": 1}
    client.post(f"/forum/{one.key}/points/", {"step": "1"})
    refused = client.post(f"/forum/{one.key}/points/", {"step": "1"}, headers={"accept": "application/json"})
    assert refused.status_code == 422
    assert refused.json()["error"]


def test_a_merged_idea_leads_to_the_one_that_stays(cast: Cast):
    storm = topic(cast, "brainstorm")
    one, two = idea(cast, storm, "Un parrain"), idea(cast, storm, "Une marraine")
    ideas.merge_ideas(storm, [one.id], into=two.id, by=cast.host)
    client = client_of(cast.member)
    assert f"/forum/{two.key}/" in text_of(client.get(f"/forum/{one.key}/"))
    assert f"/forum/{one.key}/" in text_of(client.get(f"/forum/{two.key}/"))
    assert f"i-{one.key}" not in text_of(client.get(f"/forum/{storm.key}/"))


FORMS = [
    ("conclude/", {"outcome": "x" * 10_001}),
    ("close/", {"because": ""}),
    ("close/", {"because": "x" * 401}),
    ("sort/", {"mode": "nope", "category": "no such shelf"}),
    ("sort/", {"mode": "brainstorm", "budget": "-3"}),
    ("move/", {"space": "nope"}),
    ("move/", {}),
    ("split/", {"title": "Mon titre", "space": ""}),
    ("split/", {"title": "", "reply": "0" * 13}),
    ("ideas/", {"title": "", "body": "Mon corps"}),
    ("ideas/", {"title": "x" * 201, "body": "Mon corps"}),
    ("ideas/group/", {"do": "group", "name": "Mon groupe"}),
    ("ideas/group/", {"do": "merge", "into": ""}),
    ("ideas/group/", {"do": "?"}),
    ("points/", {"step": "99"}),
]


@pytest.mark.parametrize(("path", "data"), FORMS)
def test_wrong_forms_come_back_with_a_sentence_and_what_was_typed(
    cast: Cast, path: str, data: dict[str, str]
):
    storm = topic(cast, "brainstorm")
    one = idea(cast, storm)
    reply(storm, body="Oui.", by=cast.member)
    before = Contribution.objects.count()
    target = one if path == "points/" else storm
    response = client_of(cast.host).post(f"/forum/{target.key}/{path}", data)
    assert response.status_code == 422
    for typed in data.values():
        if typed.startswith("Mon "):
            assert typed in text_of(response)
    assert Contribution.objects.count() == before


@pytest.mark.parametrize("path", ["split/", "ideas/group/"])
def test_keys_that_are_none_are_not_found(cast: Cast, path: str):
    storm = topic(cast, "brainstorm")
    data = {
        "reply": "nope",
        "idea": "nope",
        "title": "X",
        "space": cast.on_request.slug,
        "do": "group",
        "name": "X",
    }
    assert client_of(cast.host).post(f"/forum/{storm.key}/{path}", data).status_code == 404


def test_acts_of_one_kind_are_not_found_on_another(cast: Cast):
    storm, talk = topic(cast, "brainstorm"), topic(cast)
    one = idea(cast, storm)
    host = client_of(cast.host)
    for path in (
        f"{one.key}/close/",
        f"{one.key}/conclude/",
        f"{one.key}/split/",
        f"{talk.key}/ideas/",
        f"{talk.key}/retain/",
        f"{talk.key}/points/",
        f"{talk.key}/accept/{encode(1)}/",
    ):
        assert host.post(
            f"/forum/{path}", {"because": "x", "outcome": "x", "step": "1", "title": "x"}
        ).status_code in (404, 422), path


def test_the_composer_offers_the_shelves_and_the_topic_stands_on_the_one_chosen(cast: Cast):
    shelf = categories.add_category(cast.on_request, "Accueil", by=cast.host)
    client = client_of(cast.member)
    page = text_of(client.get(f"/publish/?space={cast.on_request.slug}&kind=question"))
    assert 'name="opt_category"' in page
    assert "Accueil" in page
    client.post(
        "/publish/",
        {
            "space": cast.on_request.slug,
            "kind": "question",
            "title": "Où ranger ?",
            "body": "Ici.",
            "opt_category": encode(shelf.id),
        },
    )
    assert Contribution.objects.get(title="Où ranger ?").topic.category == shelf


def test_shelves_are_added_renamed_moved_and_removed_on_their_page(cast: Cast):
    base = f"{cast.on_request.url}forum/categories/"
    host = client_of(cast.host)
    for name in ("A", "B"):
        assert host.post(base, {"name": name}).status_code == 303
    assert host.post(base, {"name": "A"}).status_code == 422
    second = reading.categories_of(cast.on_request)[1]
    host.post(f"{base}{encode(second.id)}/", {"do": "up"})
    host.post(f"{base}{encode(second.id)}/", {"do": "rename", "name": "Bis"})
    assert [row.name for row in reading.categories_of(cast.on_request)] == ["Bis", "A"]
    wrong = host.post(f"{base}{encode(second.id)}/", {"do": "rename", "name": "A"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in text_of(wrong)
    host.post(f"{base}{encode(second.id)}/", {"do": "remove"})
    assert [row.name for row in reading.categories_of(cast.on_request)] == ["A"]
    assert client_of(cast.member).get(base).status_code == 403
