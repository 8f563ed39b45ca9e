"""A part drawn once a variant and filled for each row says exactly what drawing it each time would say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.template import engines
from django.utils import translation
from markupsafe import Markup, escape

from parvis.toolkit import molds

SOURCE = """<p class="{{ 'own' if it.is_own }}">
  {% if it.link %}<a href="{{ it.link }}">{{ it.name }}</a>{% else %}{{ it.name }}{% endif %}
  {{ _("Reply") }}
</p>"""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The sources drawn, one entry each time a template is really rendered."""
    template, times = engines.all()[0].from_string(SOURCE), []

    class Counted:
        def render(self, context: dict[str, object]) -> str:
            times.append(SOURCE)
            return template.render(context)

    monkeypatch.setattr(molds, "get_template", lambda _name: Counted())
    molds.KEPT.clear()
    yield times
    molds.KEPT.clear()


def test_rows_of_one_variant_share_one_drawing_and_keep_their_own_words(drawn: list[str]) -> None:
    first = molds.fill("x", {"is_own": True}, {"name": "Ada", "link": "/a"})
    second = molds.fill("x", {"is_own": True}, {"name": "Bob", "link": "/b"})
    assert 'href="/a">Ada<' in first
    assert 'href="/b">Bob<' in second
    assert "Ada" not in second
    assert len(drawn) == 1


def test_a_hole_not_given_and_another_variant_make_another_drawing(drawn: list[str]) -> None:
    assert 'class="own"' in molds.fill("x", {"is_own": True}, {"name": "Ada", "link": "/a"})
    assert 'class=""' in molds.fill("x", {"is_own": False}, {"name": "Ada", "link": "/a"})
    assert "<a " not in molds.fill("x", {"is_own": False}, {"name": "Ada"})
    assert len(drawn) == 3


def test_words_are_escaped_and_drawn_html_is_not(drawn: list[str]) -> None:
    filled = molds.fill("x", {"is_own": True}, {"name": "<b>", "link": '"><script>'})
    assert "&lt;b&gt;" in filled
    assert "<script>" not in filled
    assert "<b>" in molds.fill("x", {"is_own": True}, {"name": Markup("<b>x</b>"), "link": ""})


def test_a_word_that_looks_like_a_hole_stays_a_word(drawn: list[str]) -> None:
    filled = molds.fill("x", {"is_own": True}, {"name": molds.hole("link"), "link": "/secret"})
    assert filled.count("/secret") == 1


def test_languages_have_drawings_of_their_own(drawn: list[str]) -> None:
    with translation.override("en"):
        assert "Reply" in molds.fill("x", {"is_own": True}, {"name": "Ada"})
    with translation.override("fr"):
        assert "Répondre" in molds.fill("x", {"is_own": True}, {"name": "Ada"})


def test_numbers_in_holes_are_written_for_the_reader(drawn: list[str]) -> None:
    with translation.override("fr"):
        assert ">1\u202f521<" in molds.mold("x", {"is_own": False}, {"name": 1521, "link": "/a"})


@pytest.mark.parametrize("word", ["a & b", "a < b", "a > b", 'a "b"', "a 'b'"])
def test_every_special_character_of_a_word_is_escaped(drawn: list[str], word: str) -> None:
    assert f">{escape(word)}<" in molds.fill("x", {"is_own": False}, {"name": word, "link": "/a"})
