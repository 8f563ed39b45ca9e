"""Shelves through their actions and pages: who sees what, read marks, words, bringing, bulletins, lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from parvis.attention.models import Notice
from parvis.contributions.models import Contribution, State
from parvis.journal.models import Activity
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.tools.feeds import actions, bringing, opml, reading
from parvis.tools.feeds.fetching import keep
from parvis.tools.feeds.models import Item, Source, Subscription
from parvis.tools.feeds.reading import Asked
from parvis.tools.feeds.reading_feed import Entry, Parsed
from parvis.tools.feeds.tests.conftest import Cast

Login = Callable[[Person], Client]


def filled(url: str, *titles: str, text: str = "Un fil neuf.", link: str = "") -> Source:
    source = Source.objects.get_or_create(url=url)[0]
    now = clock.now()
    entries = [
        Entry(uid=f"{url}{title}", url=f"{link or url}/{n}", title=title, author="", html=f"<p>{text}</p>", text=text, at=now - timedelta(hours=n + 1))
        for n, title in enumerate(titles)
    ]  # fmt: skip
    keep(source, Parsed(title=f"Journal {url[-1]}", entries=entries))
    return source


def shelve(source: Source, *, person: Person | None = None, space: Space | None = None) -> None:
    Subscription.objects.create(source=source, person=person, space=space)


def titles(viewer: Person, space: Space | None = None, **asked: object) -> list[str]:
    return [row.title for row in reading.shelf_page(viewer, Asked(**asked), space)[0]]


def test_one_reads_ones_own_shelf_and_those_of_ones_communities(cast: Cast):
    shelve(filled("https://e.org/a", "À moi"), person=cast.member)
    shelve(filled("https://e.org/b", "Au secret"), space=cast.secret)
    shelve(filled("https://e.org/c", "Ailleurs"), space=cast.elsewhere)
    assert set(titles(cast.member)) == {"À moi", "Au secret"}
    assert titles(cast.stranger) == []
    secret = Item.objects.get(title="Au secret")
    with pytest.raises(NotFound):
        reading.read_one(secret.id, cast.stranger)
    with pytest.raises(NotFound):
        actions.read_item(secret.id, by=cast.ex_member)
    with pytest.raises(NotFound):
        reading.read_one(Item.objects.get(title="À moi").id, cast.author)


def test_hosts_alone_keep_a_communitys_shelf(cast: Cast, run_jobs):
    actions.add_source("exemple.org/fil", cast.open, by=cast.host)
    assert Source.objects.get().url == "https://exemple.org/fil"
    with pytest.raises(NotAllowed):
        actions.add_source("exemple.org/autre", cast.open, by=cast.member)
    with pytest.raises(NotFound):
        actions.add_source("exemple.org/autre", cast.secret, by=cast.stranger)
    with pytest.raises(Refused):
        actions.add_source("exemple.org/fil", cast.open, by=cast.host)


@pytest.mark.parametrize("typed", ["", "file:///etc/passwd", "http://localhost/", "http://2130706433/", "https://a@b.org/", "exemple.org:8080"])  # fmt: skip
def test_what_we_would_not_call_is_refused_when_typed(cast: Cast, typed: str):
    with pytest.raises(Refused):
        actions.add_source(typed, by=cast.member)


def test_the_same_article_of_two_sources_is_shown_once(cast: Cast):
    shelve(filled("https://e.org/a", "Le même", link="https://www.journal.org/x"), person=cast.member)
    shelve(filled("https://e.org/b", "Le même, repris", link="https://journal.org/x"), person=cast.member)
    assert len(titles(cast.member)) == 1


def test_read_marks_are_ones_own_and_everything_can_be_read_at_once(cast: Cast):
    shelve(filled("https://e.org/a", "Un", "Deux"), space=cast.open)
    actions.read_item(Item.objects.get(title="Un").id, by=cast.member)
    assert titles(cast.member, is_unread=True) == ["Deux"]
    assert titles(cast.author, is_unread=True) == ["Un", "Deux"]
    actions.read_all(by=cast.member)
    assert titles(cast.member, is_unread=True) == []
    actions.read_item(Item.objects.get(title="Un").id, is_read=False, by=cast.member)
    assert titles(cast.member, is_unread=True) == ["Un"], "the others stay read"


def test_an_article_that_was_opened_is_read_until_it_is_kept_as_unread(cast: Cast, client_of: Login):
    shelve(filled("https://e.org/a", "Un", "Deux"), person=cast.member)
    client = client_of(cast.member)
    address = f"/feeds/items/{encode(Item.objects.get(title='Un').id)}/"
    assert client.get(address).status_code == 200
    assert titles(cast.member, is_unread=True) == ["Deux"]
    assert client.post(f"{address}read/", {"read": "0"})["Location"] == "/feeds/"
    assert titles(cast.member, is_unread=True) == ["Un", "Deux"]


def test_muted_sources_and_words_are_not_shown(cast: Cast):
    source = filled("https://e.org/a", "Le tour de France", "La soie")
    shelve(source, person=cast.member)
    actions.add_word("Tour de France", is_mute=True, by=cast.member)
    assert titles(cast.member) == ["La soie"]
    actions.add_word("oie", is_mute=True, by=cast.member)
    assert titles(cast.member) == ["La soie"], "a muted word hides where a word begins so"
    actions.mute_source(source.id, True, by=cast.member)
    assert titles(cast.member) == []
    assert titles(cast.member, source=source.id) == ["La soie"]


def test_a_page_is_full_though_articles_are_hidden_and_none_is_missed(cast: Cast):
    names = [f"{'Football' if n < 40 or n % 2 else 'Soie'} {n:03}" for n in range(200)]
    shelve(filled("https://e.org/a", *names), person=cast.member)
    actions.add_word("football", is_mute=True, by=cast.member)
    seen, cursor = list[list[str]](), None
    while True:
        rows, cursor = reading.shelf_page(cast.member, Asked(cursor=cursor))
        seen.append([row.title for row in rows])
        if cursor is None:
            break
    assert [len(page) for page in seen] == [30, 30, 20]
    assert [name for page in seen for name in page] == [name for name in names if name.startswith("Soie")]


def test_a_shelf_of_hidden_articles_alone_costs_no_more_queries_than_its_rounds(cast: Cast):
    shelve(filled("https://e.org/a", *[f"Football {n:03}" for n in range(200)]), person=cast.member)
    shelve(filled("https://e.org/b", *[f"Football {n:03}" for n in range(200)]), person=cast.member)
    shelve(filled("https://e.org/c", *[f"Football {n:03}" for n in range(200)]), person=cast.member)
    actions.add_word("football", is_mute=True, by=cast.member)
    with count_statements() as counted:
        rows, following = reading.shelf_page(cast.member, Asked())
    assert rows == []
    assert following is not None
    assert len(counted) <= reading.ROUNDS


def test_a_watched_word_tells_its_owner_once_an_article_comes(cast: Cast, run_jobs):
    source = filled("https://e.org/a", "Ancien")
    shelve(source, space=cast.open)
    actions.add_word("Métier à tisser", is_mute=False, by=cast.member)
    actions.add_word("soie", is_mute=False, by=cast.stranger)
    filled("https://e.org/a", "Ancien", "Les métiers à tisser reviennent")
    run_jobs()
    assert not Notice.objects.filter(
        reason="feed_word"
    ).exists()  # "metier a tisser" isn't in "metiers a tisser"
    filled("https://e.org/a", "Ancien", "Un métier à tisser de soie")
    run_jobs()
    assert [(one.person_id, one.reason) for one in Notice.objects.filter(reason="feed_word")] == [
        (cast.member.id, "feed_word")
    ]


def test_a_watched_word_is_not_told_of_what_its_owner_would_not_be_shown(cast: Cast, run_jobs):
    source = filled("https://e.org/a", "Ancien")
    shelve(source, space=cast.open)
    shelve(source, person=cast.member)
    for person in (cast.member, cast.author, cast.host):
        actions.add_word("soie", is_mute=False, by=person)
    actions.mute_source(source.id, True, by=cast.member)
    actions.add_word("tissu", is_mute=True, by=cast.author)
    filled("https://e.org/a", "Ancien", "Un tissu de soie")
    run_jobs()
    told = Notice.objects.filter(reason="feed_word").values_list("person_id", flat=True)
    assert list(told) == [cast.host.id]
    cast.open.tools.filter(slug="feeds").delete()
    filled("https://e.org/a", "Ancien", "Un tissu de soie", "La soie, encore")
    run_jobs()
    assert Notice.objects.filter(reason="feed_word").count() == 1


def test_what_comes_in_is_nobodys_activity(cast: Cast, run_jobs):
    before = Activity.objects.count()
    shelve(filled("https://e.org/a", "Un", "Deux"), space=cast.open)
    actions.read_item(Item.objects.first().id, by=cast.member)
    run_jobs()
    assert (Activity.objects.count(), Contribution.objects.filter(author_id=0).count()) == (before, 0)


def test_search_finds_words_without_accents_and_only_on_ones_shelves(cast: Cast):
    shelve(filled("https://e.org/a", "Les métiers du fil"), person=cast.member)
    shelve(filled("https://e.org/b", "Les métiers du cuir"), space=cast.elsewhere)
    assert titles(cast.member, query=reading.query_of("metier")) == ["Les métiers du fil"]
    assert titles(cast.member, query=reading.query_of("métiers du f")) == ["Les métiers du fil"]


@pytest.mark.parametrize(("role", "kind"), [("discussion", "topic"), ("article", "post")])
def test_an_item_brought_becomes_a_topic_or_a_post_and_says_who_brought_it_to_who_may_see(
    cast: Cast, role: str, kind: str
):
    shelve(filled("https://e.org/a", "Une [nouvelle](javascript:x) #idée @[](person:1)"), space=cast.open)
    item = Item.objects.get()
    made = bringing.bring_item(item.id, cast.secret.slug, sentence="À lire.", role=role, by=cast.member)
    assert (made.kind, made.state) == (kind, State.PUBLISHED)
    assert "https://e.org/a/0" in made.body.html and "javascript:x" not in made.body.html.replace(
        "(javascript:x)", ""
    )
    assert 'class="tag"' not in made.body.html and 'class="mention"' not in made.body.html
    assert [one["space"] for one in reading.read_one(item.id, cast.author).brought] == [cast.secret.name]
    assert reading.read_one(item.id, cast.stranger).brought == []


def test_a_twin_says_too_who_brought_the_article(cast: Cast):
    shelve(filled("https://e.org/a", "Le même", link="https://www.journal.org/x"), person=cast.member)
    bringing.bring_item(
        Item.objects.get().id, cast.secret.slug, sentence="Lu.", role="discussion", by=cast.member
    )
    shelve(filled("https://e.org/b", "Repris", link="https://journal.org/x"), space=cast.open)
    twin = Item.objects.get(title="Repris").id
    assert [one["space"] for one in reading.read_one(twin, cast.author).brought] == [cast.secret.name]
    assert reading.read_one(twin, cast.stranger).brought == []


def test_one_brings_only_what_one_reads_to_where_one_posts(cast: Cast):
    shelve(filled("https://e.org/a", "Un"), person=cast.member)
    item = Item.objects.get().id
    with pytest.raises(NotFound):
        bringing.bring_item(item, cast.open.slug, sentence="Oui", role="discussion", by=cast.author)
    with pytest.raises(Refused):
        bringing.bring_item(item, cast.open.slug, sentence=" ", role="discussion", by=cast.member)
    with pytest.raises((NotAllowed, Refused)):
        bringing.bring_item(item, cast.elsewhere.slug, sentence="Oui", role="discussion", by=cast.member)


def test_a_bulletin_is_a_draft_or_a_scheduled_post(cast: Cast):
    shelve(filled("https://e.org/a", "Un", "Deux"), person=cast.member)
    lines = [(item.id, f"Sur {item.title}") for item in Item.objects.order_by("-at")]
    draft = bringing.make_bulletin(lines, cast.open.slug, title="Cette semaine", by=cast.member)
    assert draft.state == State.DRAFT
    later = clock.now() + timedelta(days=2)
    made = bringing.make_bulletin(lines, cast.open.slug, title="Cette semaine", at=later, by=cast.member)
    assert (made.kind, made.state) == ("post", State.SCHEDULED)
    assert "Sur Un" in made.body.html and made.body.html.index("Sur Un") < made.body.html.index("Sur Deux")
    assert reading.read_one(lines[0][0], cast.member).brought == []  # not while nobody reads it


def test_a_list_goes_out_and_comes_back(cast: Cast, run_jobs):
    shelve(filled("https://e.org/a?x=1&y=2", 'Un "titre" & <plus>'), person=cast.member)
    data = opml.write_opml("Étagère & co", Source.objects.all())
    assert opml.read_opml(data) == ["https://e.org/a?x=1&y=2"]
    assert actions.import_sources(opml.read_opml(data), by=cast.author) == (1, 0)
    assert actions.import_sources(["http://localhost/", "https://e.org/b"], by=cast.author) == (1, 1)
    for bad in (b"", b"<a>" * 5000, b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', b"\x00\x01"):
        with pytest.raises(Refused):
            opml.read_opml(bad)


def test_the_directory_shows_open_communities_only(cast: Cast):
    shelve(filled("https://e.org/a", "Un"), space=cast.open)
    shelve(filled("https://e.org/b", "Deux"), space=cast.secret)
    shelve(filled("https://e.org/c", "Trois"), person=cast.member)
    assert [row.url for row in reading.directory(cast.stranger)] == ["https://e.org/a"]


def test_leaving_a_community_takes_its_shelf_away(cast: Cast):
    shelve(filled("https://e.org/b", "Au secret"), space=cast.secret)
    assert titles(cast.member) == ["Au secret"]
    cast.secret.memberships.filter(person=cast.member).delete()
    assert titles(cast.member) == []


def test_pages_follow_each_other_without_hole_or_double(cast: Cast):
    shelve(filled("https://e.org/a", *[f"A{n}" for n in range(40)]), person=cast.member)
    shelve(filled("https://e.org/b", *[f"B{n}" for n in range(40)]), person=cast.member)
    seen, cursor = [], None
    while True:
        rows, cursor = reading.shelf_page(cast.member, Asked(cursor=cursor))
        seen += [row.title for row in rows]
        if cursor is None:
            break
    assert (len(seen), len(set(seen))) == (80, 80)


def test_every_page_opens_within_eight_statements(cast: Cast, client_of: Login):
    source = filled("https://e.org/a", "Un", "Deux")
    shelve(source, person=cast.host)
    shelve(source, space=cast.open)
    key = encode(Item.objects.first().id)
    client = client_of(cast.host)
    for path in (
        "/feeds/", "/feeds/?view=unread", "/feeds/?view=own", "/feeds/?view=watched", "/feeds/?q=un", "/feeds/sources/", "/feeds/words/",
        "/feeds/directory/", f"/feeds/items/{key}/", f"/feeds/items/{key}/bring/", f"/feeds/bulletin/?item={key}",
        f"{cast.open.url}feeds/", f"{cast.open.url}feeds/sources/",
    ):  # fmt: skip
        client.get(path)
        with count_statements() as seen:
            answer = client.get(path)
        assert answer.status_code == 200, path
        assert len(seen) <= 8, (path, seen.texts)
    assert b"<opml" in client.get("/feeds/sources.opml").content


def test_forms_write_and_come_back_filled_when_refused(cast: Cast, client_of: Login):
    client = client_of(cast.host)
    assert client.post("/feeds/sources/", {"url": "localhost"}).status_code == 422
    assert client.post("/feeds/sources/", {"url": "exemple.org/fil"}).status_code == 303
    key = encode(Source.objects.get().id)
    for act in ("mute", "unmute", "retry", "remove"):
        assert client.post(f"/feeds/sources/{key}/{act}/").status_code == 303
    assert client.post(f"/feeds/sources/{key}/dance/").status_code == 404
    assert client.post("/feeds/words/", {"word": "a"}).status_code == 422
    shelve(filled("https://e.org/a", "Un"), person=cast.host)
    item = encode(Item.objects.get().id)
    refused = client.post(f"/feeds/items/{item}/bring/", {"space": cast.open.slug, "sentence": ""})
    assert (refused.status_code, f'value="{cast.open.slug}" selected' in refused.content.decode()) == (
        422,
        True,
    )
    bulletin = {
        "item": item,
        f"line_{item}": "Ma ligne",
        "space": cast.open.slug,
        "title": "Lu",
        "at": "hier",
    }
    again = client.post("/feeds/bulletin/", bulletin)
    assert (again.status_code, b"Ma ligne" in again.content) == (422, True)
    assert client.post("/feeds/bulletin/", {**bulletin, "at": ""}).status_code == 303


def _rows_read(viewer: Person) -> float:
    """Rows that the query of a shelf touches, by the plan as it was run."""
    text = reading.NEWEST.format(
        shelf=reading.EVERYWHERE,
        filters="",
        columns="i.id",
        not_twin=reading.NOT_TWIN,
        not_muted=reading.NOT_MUTED,
    )
    given = {"me": viewer.id, "at": clock.now(), "id": 2**62, "limit": reading.PAGE + 1}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {text}", given)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]

    def walk(node: dict[str, Any]) -> float:
        return float(
            node["Actual Rows"] * node["Actual Loops"] + sum(walk(one) for one in node.get("Plans", []))
        )

    return walk(plan)


def test_a_shelf_of_fifty_thousand_articles_costs_what_a_small_one_does(cast: Cast):
    sources = [Source.objects.create(url=f"https://e.org/{n}", title=f"S{n}") for n in range(20)]
    for source in sources:
        shelve(source, person=cast.member)
    fill = """INSERT INTO feeds_item (id, source_id, mark, twin, digest, url, title, author, excerpt, html, folded, at, found_at)
        SELECT s.id * 0 + row_number() OVER () + %s, s.id, 'm' || n, s.id || 'm' || n, '', '', 't', '', '', '', 't',
          now() - n * interval '1 minute', now() FROM feeds_source s, generate_series(%s, %s) n"""
    costs = []
    for offset, first, last in ((0, 1, 40), (1_000_000, 41, 2500)):
        with connection.cursor() as cursor:
            cursor.execute(fill, [offset, first, last])
            cursor.execute("ANALYZE feeds_item")
        costs.append(_rows_read(cast.member))
    assert Item.objects.count() == 50_000
    assert costs[1] <= costs[0] * 1.2, costs
