"""Choosing the pages to show: the fullest of a type, an empty one beside it."""

from __future__ import annotations

import pytest

from parvis.testing import crawl
from parvis.testing.crawl import Found, find_pages, fullness

EMPTY = '<main><div class="empty">Nothing yet</div></main>'


def test_an_empty_page_is_less_than_any_other() -> None:
    assert fullness(EMPTY) < fullness("<main></main>") < fullness("<main><p>One</p></main>")


def test_a_page_at_its_plain_address_is_shown_before_a_filtered_one() -> None:
    long = "<main>" + "much " * 9 + "</main>"
    assert fullness(EMPTY, "/") < fullness(long, "/?theme=interest") < fullness("<main>some</main>", "/")


def test_the_fullest_page_stands_for_its_type_and_an_empty_one_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = [
        ("blog", "/a/", EMPTY),
        ("blog", "/b/", "<main>long enough</main>"),
        ("blog", "/c/", "<main>x</main>"),
    ]
    read += [("bin", "/bin/", EMPTY)]
    monkeypatch.setattr(crawl, "read_pages", lambda *_words: iter(read))
    found = set(find_pages(None, ""))  # type: ignore[arg-type]
    assert found == {Found("blog", "/b/"), Found("blog-empty", "/a/"), Found("bin", "/bin/")}
