"""The tree of pages: order, circles, other communities, the bin; and what it costs. Not here: texts."""

from __future__ import annotations

import pytest

from parvis.contributions.actions import publish_draft, restore, retire
from parvis.contributions.kinds import installed_kinds
from parvis.contributions.models import Contribution
from parvis.kernel.db import count_statements, read
from parvis.kernel.errors import NotFound, Refused
from parvis.testing.cast import Cast
from parvis.tools.pages import placing, reading
from parvis.tools.pages.models import Page
from parvis.tools.pages.tests.stage import client_of, seen, shared, text_of


def names(cast: Cast, parent: Contribution | None = None) -> list[str]:
    rows, _following = reading.list_level(cast.on_request, parent.id if parent else None)
    return [row.title for row in rows]


def detail(contribution: Contribution) -> Page:
    return Page.objects.get(contribution=contribution)


def test_pages_stand_in_the_order_given(cast: Cast) -> None:
    one, two, three = (shared(cast, name) for name in ("Un", "Deux", "Trois"))
    assert names(cast) == ["Un", "Deux", "Trois"]
    assert placing.step_page(three, False, by=cast.author)
    assert names(cast) == ["Un", "Trois", "Deux"]
    assert not placing.step_page(one, False, by=cast.author)
    placing.place_page(two, None, after=0, by=cast.author)
    assert names(cast) == ["Deux", "Un", "Trois"]
    placing.place_page(two, detail(one), by=cast.author)
    assert names(cast) == ["Un", "Trois"]
    assert names(cast, one) == ["Deux"]


def test_a_page_never_stands_under_itself(cast: Cast) -> None:
    one = shared(cast, "Un")
    two = shared(cast, "Deux", under=one)
    three = shared(cast, "Trois", under=two)
    for below in (one, three):
        with pytest.raises(Refused):
            placing.place_page(one, detail(below), by=cast.author)
    refused = client_of(cast.author).post(f"/pages/{one.key}/place/", {"parent": three.key})
    assert refused.status_code == 422
    assert detail(one).parent_id is None


def test_a_page_of_another_community_is_not_there(cast: Cast) -> None:
    here, there = shared(cast), shared(cast, space=cast.open)
    with pytest.raises(NotFound):
        placing.place_page(here, detail(there), by=cast.author)
    sent = client_of(cast.author).post(f"/pages/{here.key}/place/", {"parent": there.key})
    assert sent.status_code == 404
    cast.on_request.tools.get_or_create(slug="pages")
    base = f"/c/{cast.on_request.slug}/pages/"
    assert client_of(cast.author).get(f"{base}under/{there.key}/").status_code == 404
    assert client_of(cast.author).post(f"{base}new/", {"title": "x", "in": there.key}).status_code == 404


def test_too_deep_is_refused(cast: Cast) -> None:
    last = shared(cast, "1")
    for number in range(2, placing.DEEPEST + 1):
        last = shared(cast, str(number), under=last)
    with pytest.raises(Refused):
        shared(cast, "trop", under=last)


def test_those_below_a_removed_page_take_its_place_and_go_back(cast: Cast) -> None:
    top = shared(cast, "Haut")
    middle = shared(cast, "Milieu", under=top)
    low = shared(cast, "Bas", under=middle)
    retire(middle, by=cast.author)
    assert names(cast, top) == ["Bas"]
    assert [one["title"] for one in reading.read_page(low, cast.author, installed_kinds()).above] == ["Haut"]
    restore(seen(middle, cast.author), by=cast.author)
    assert names(cast, top) == ["Milieu"]
    assert names(cast, middle) == ["Bas"]


def test_a_return_from_the_bin_makes_no_circle(cast: Cast) -> None:
    top = shared(cast, "Haut")
    middle = shared(cast, "Milieu", under=top)
    low = shared(cast, "Bas", under=middle)
    retire(middle, by=cast.author)
    retire(top, by=cast.author)
    restore(seen(top, cast.author), by=cast.author)
    placing.place_page(seen(low, cast.author), None, by=cast.author)
    placing.place_page(seen(top, cast.author), detail(low), by=cast.author)
    restore(seen(middle, cast.author), by=cast.author)
    above = [row.id for row in read(placing.UP, {"id": low.id})]
    assert len(above) == len(set(above)) < 5


def test_a_draft_has_no_place_until_it_is_published(cast: Cast) -> None:
    draft = shared(cast, "Ébauche", is_draft=True)
    assert names(cast) == []
    with pytest.raises(Refused):
        placing.place_page(draft, None, by=cast.author)
    publish_draft(draft, by=cast.author)
    assert names(cast) == ["Ébauche"]


def test_a_page_costs_the_same_among_two_thousand(cast: Cast) -> None:
    top = shared(cast, "Haut")
    low = shared(cast, "Bas", under=top)
    client, address = client_of(cast.author), f"/pages/{low.key}/"
    client.get(address)
    with count_statements() as small:
        before = text_of(client.get(address))
    grow(cast, top, 1000)
    grow(cast, None, 1000)
    with count_statements() as large:
        after = text_of(client.get(address))
    assert len(large) == len(small) <= 8
    assert len(after) < len(before) + 9000
    assert after.count("tree-link") <= 2 * (2 + 2 * reading.NEAR + reading.BELOW + 3)


def grow(cast: Cast, parent: Contribution | None, count: int) -> None:
    """So many more pages in one level, written as rows: only their number matters."""
    space = cast.on_request
    rows = Contribution.objects.bulk_create(
        Contribution(
            kind="page", space=space, space_audience=space.audience, author=cast.author, title=f"Page {number}",
            published_at=cast.author.created_at, last_activity_at=cast.author.created_at,
        )
        for number in range(count)
    )  # fmt: skip
    Page.objects.bulk_create(
        Page(
            contribution=row, space_id=space.id, audience=1, parent_id=parent.id if parent else None,
            position=2 * number + 10, changed_by=cast.author,
        )
        for number, row in enumerate(rows)
    )  # fmt: skip
