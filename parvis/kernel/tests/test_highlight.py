"""Words marked in texts and in HTML: whole ones in any number, never in a tag, never anything that wasn't there."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from parvis.kernel.highlight import mark_html, mark_text, sought


def marked(pieces: tuple[tuple[str, bool], ...]) -> list[str]:
    return [text for text, is_marked in pieces if is_marked]


def test_articles_are_not_sought_unless_they_are_all_there_is():
    assert sought("Les Lampes du pré") == ("lampes", "pre")
    assert sought("le la") == ("le", "la")


def test_a_word_is_found_without_accents_in_another_number_but_not_in_a_longer_one():
    words = sought("lampe pré")
    assert marked(mark_text("Des Lampes au Pré, un lampadaire.", words)) == ["Lampes", "Pré"]


def test_what_is_typed_so_far_marks_the_beginning_of_words():
    assert mark_text("Qualité", ("qual",), begun=True) == (("Qual", True), ("ité", False))
    assert marked(mark_text("Œuvre ouverte", ("oe",), begun=True)) == ["Œuvre"]


def test_html_is_marked_in_its_texts_only_and_the_first_mark_has_a_name():
    html = '<p title="une lampe > deux">Lampe &amp; <a href="/lampe/">lampes</a> amp</p>'
    assert mark_html(html, sought("lampe amp"), first="found") == (
        '<p title="une lampe > deux"><mark id="found">Lampe</mark> &amp; <a href="/lampe/">'
        "<mark>lampes</mark></a> <mark>amp</mark></p>"
    )
    assert mark_html(html, ()) == html


@given(st.text(), st.text(max_size=80))
def test_nothing_is_lost_or_added_but_marks(text: str, asked: str):
    assert "".join(part for part, _is in mark_text(text, sought(asked))) == text
    bare = re.sub(r"[<>&]", "", text)
    assert re.sub("</?mark>", "", mark_html(f"<p>{bare}</p>", sought(asked))) == f"<p>{bare}</p>"
