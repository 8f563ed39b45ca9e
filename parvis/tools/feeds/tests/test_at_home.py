"""Articles between people's cards at home: by choice only, a few, never first, none twice and none lost between pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.db import count_statements
from parvis.kernel.errors import NotFound
from parvis.people.models import Person
from parvis.spaces.models import Membership
from parvis.testing.cast import Cast
from parvis.toolkit.weaving import BETWEEN
from parvis.tools.feeds import actions, at_home
from parvis.tools.feeds.fetching import keep
from parvis.tools.feeds.models import HomeShelf, Item, Source, Subscription
from parvis.tools.feeds.reading_feed import Entry, Parsed
from parvis.tools.notes.actions import publish_note

Login = Callable[[Person], Client]
CARD = re.compile(r'<article class="card[^>]*id="([cf])-(\w{13})"')


def fill(url: str, *hours: float, text: str = "Un fil") -> Source:
    """A source with an article so many hours ago, each."""
    source, now = Source.objects.get_or_create(url=url)[0], clock.now()
    entries = [
        Entry(uid=f"{url}{n}", url=f"{url}/{n}", title=f"{text} {n}", author="", html="", text="", at=now - timedelta(hours=hour))
        for n, hour in enumerate(hours)
    ]  # fmt: skip
    keep(source, Parsed(title="Journal", entries=entries))
    return source


def own(source: Source, person: Person) -> None:
    Subscription.objects.create(source=source, person=person)


def notes(cast: Cast, count: int) -> None:
    """People's cards, an hour apart, the newest half an hour ago."""
    now = clock.now()
    for n in range(count):
        made = publish_note(cast.open, body=f"Note {n}", by=cast.member)
        at = now - timedelta(minutes=30, hours=n)
        Contribution.objects.filter(id=made.id).update(published_at=at, last_activity_at=at)


def cards(client: Client, address: str = "/") -> tuple[list[str], str]:
    """The letters of a page's cards in order (c: somebody's, f: an article) with their keys, and the next page."""
    html = client.get(address).content.decode()
    following = re.search(r'href="([^"]+)" rel="next"', html)
    return [f"{a}{b}" for a, b in CARD.findall(html)], following[1].replace("&amp;", "&") if following else ""


def test_nothing_is_at_home_and_nothing_is_asked_unless_chosen(cast: Cast, client_of: Login):
    source = fill("https://e.org/a", 1, 2, 3)
    own(source, cast.member)
    notes(cast, 12)
    client = client_of(cast.member)
    client.get("/")
    with count_statements() as before:
        shown, _next = cards(client)
    assert not any(card.startswith("f") for card in shown)
    assert not any("feeds_" in text for text in before.texts)

    at_home.show_source(source.id, True, by=cast.member)
    with count_statements() as after:
        shown, _next = cards(client)
    assert sum(card.startswith("f") for card in shown) == 2
    assert sum("feeds_" in text for text in after.texts) == 1
    assert len(after) == len(before) + 1
    assert not any(card.startswith("f") for card in cards(client_of(cast.author))[0])

    at_home.show_source(source.id, False, by=cast.member)
    with count_statements() as again:
        cards(client)
    assert not any("feeds_" in text for text in again.texts)


def test_people_come_first_and_each_article_after_five_of_theirs(cast: Cast, client_of: Login):
    for n in range(6):
        source = fill(f"https://e.org/{n}", 0.1, 0.2, 30, 31)
        own(source, cast.member)
        at_home.show_source(source.id, True, by=cast.member)
    notes(cast, 23)
    first, following = cards(client_of(cast.member))
    pattern = "".join(card[0] for card in first)
    assert pattern.startswith("c" * BETWEEN) and "f" in pattern
    assert all(len(run) >= BETWEEN for run in pattern.split("f")[:-1])
    assert pattern.count("f") <= pattern.count("c") // BETWEEN
    second, _none = cards(client_of(cast.member), following)
    assert second and second[0].startswith("c")


def test_an_empty_home_has_no_articles_and_a_filter_shows_people_alone(cast: Cast, client_of: Login):
    source = fill("https://e.org/a", 1, 2)
    own(source, cast.member)
    at_home.show_source(source.id, True, by=cast.member)
    assert not any(card.startswith("f") for card in cards(client_of(cast.member))[0])
    notes(cast, 12)
    assert any(card.startswith("f") for card in cards(client_of(cast.member))[0])
    assert not any(card.startswith("f") for card in cards(client_of(cast.member), "/?kind=note")[0])


def test_pages_neither_repeat_nor_miss_an_article(cast: Cast, client_of: Login):
    """Two articles, each in the time of one page: each stands on its page, once, although one is younger than its page's cards."""
    source = fill("https://e.org/a", 3, 27)
    own(source, cast.member)
    at_home.show_source(source.id, True, by=cast.member)
    notes(cast, 45)
    client, address, seen = client_of(cast.member), "/", []
    for _turn in range(5):
        shown, address = cards(client, address)
        seen.append(shown)
        if not address:
            break
    everything = [card for page in seen for card in page]
    assert len(everything) == len(set(everything))
    assert [sum(card.startswith("f") for card in page) for page in seen[:3]] == [1, 1, 0]
    assert sum(card.startswith("c") for card in everything) >= 45


def test_six_a_day_and_two_of_one_source_at_most(cast: Cast, client_of: Login):
    day = clock.now().replace(hour=12) - timedelta(days=2)
    ago = (clock.now() - day).total_seconds() / 3600
    for n in range(5):
        source = fill(f"https://e.org/{n}", *[ago + step / 60 for step in range(6)])
        own(source, cast.member)
        at_home.show_source(source.id, True, by=cast.member)
    notes(cast, 110)
    client, address, found = client_of(cast.member), "/", []
    while True:
        shown, address = cards(client, address)
        found += [card for card in shown if card.startswith("f")]
        if not address:
            break
    assert 0 < len(found) <= at_home.A_DAY
    from parvis.kernel.ids import decode

    keys = [decode(card[1:]) for card in found]
    of_one = list(Item.objects.filter(id__in=keys).values_list("source_id", flat=True))
    assert max(of_one.count(key) for key in of_one) <= at_home.A_DAY_OF_ONE


def test_a_communitys_shelf_is_at_home_for_who_may_read_it_only(cast: Cast, client_of: Login):
    source = fill("https://e.org/a", 1, 2)
    Subscription.objects.create(source=source, space=cast.secret)
    notes(cast, 12)
    with pytest.raises(NotFound):
        at_home.show_shelf(cast.secret, True, by=cast.stranger)
    assert client_of(cast.member).post(f"{cast.secret.url}feeds/home/", {"on": "1"}).status_code == 303
    assert any(card.startswith("f") for card in cards(client_of(cast.member))[0])
    Membership.objects.filter(space=cast.secret, person=cast.member).delete()
    assert not any(card.startswith("f") for card in cards(client_of(cast.member))[0])
    at_home.forget_lost()
    assert not HomeShelf.objects.exists()


def test_muted_words_and_sources_stay_away_and_a_source_taken_off_is_gone(cast: Cast, client_of: Login):
    source = fill("https://e.org/a", 1, 2, text="Tour de France")
    own(source, cast.member)
    at_home.show_source(source.id, True, by=cast.member)
    notes(cast, 12)
    client = client_of(cast.member)
    assert any(card.startswith("f") for card in cards(client)[0])
    word = actions.add_word("Tour de France", is_mute=True, by=cast.member)
    assert not any(card.startswith("f") for card in cards(client)[0])
    actions.remove_word(word.id, by=cast.member)
    actions.mute_source(source.id, True, by=cast.member)
    assert not any(card.startswith("f") for card in cards(client)[0])
    actions.remove_source(source.id, by=Person.objects.get(id=cast.member.id))
    assert Person.objects.get(id=cast.member.id).stream_tools == ""


@pytest.mark.parametrize("query", ["as_of=0001-01-01T00:00:00%2B00:00", "as_of=9999-12-31T23:59:59%2B00:00", "after=-5f-0000000000000", "after=38d7ea4c68000-0000000000000&as_of=0001-01-01T00:00:00-12:00"])  # fmt: skip
def test_any_moment_in_the_address_gives_a_page(cast: Cast, client_of: Login, query: str):
    source = fill("https://e.org/a", 1)
    own(source, cast.member)
    at_home.show_source(source.id, True, by=cast.member)
    notes(cast, 12)
    assert client_of(cast.member).get(f"/?{query}").status_code == 200


def _rows_read(viewer: Person) -> float:
    """Rows that the query of home's articles touches, by the plan as it was run."""
    now = clock.now()
    given = {
        "me": viewer.id, "as_of": now, "zone": "Europe/Paris", "limit": 4, "dawn": now - timedelta(days=1), "night": now,
        "at": now, "id": 2**62, "end_at": now - timedelta(days=1), "end_id": 0,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {at_home.STREAM}", given)
        found = cursor.fetchone()[0]

    def walk(node: dict[str, Any]) -> float:
        return float(
            node["Actual Rows"] * node["Actual Loops"] + sum(walk(one) for one in node.get("Plans", []))
        )

    return walk((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def test_home_costs_the_same_whatever_the_chosen_sources_have_gathered(cast: Cast):
    for n in range(20):
        source = Source.objects.create(url=f"https://e.org/{n}", title=f"S{n}")
        Subscription.objects.create(source=source, person=cast.member, is_at_home=True)
    fill = """INSERT INTO feeds_item (id, source_id, mark, twin, digest, url, title, author, excerpt, html, folded, at, found_at)
        SELECT row_number() OVER () + %s, s.id, 'm' || n, s.id || 'm' || n, '', '', 't', '', '', '', 't',
          now() - n * interval '1 minute', now() - interval '1 second' FROM feeds_source s, generate_series(%s, %s) n"""
    costs = []
    for offset, first, last in ((0, 1, 60), (1_000_000, 61, 1000)):
        with connection.cursor() as cursor:
            cursor.execute(fill, [offset, first, last])
            cursor.execute("ANALYZE feeds_item")
        costs.append(_rows_read(cast.member))
    assert Item.objects.count() == 20_000
    assert costs[1] <= costs[0] * 1.2, costs
