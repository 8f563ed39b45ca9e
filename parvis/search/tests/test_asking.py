"""The box taken apart: words, phrases, what must be missing, operators in both languages; never an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.search.asking import MAX_WORDS, narrowed, parse, read_day


def test_words_keep_accents_and_phrases_their_order() -> None:
    question = parse("l’accueil « mise en place » co-construction -brouillon")
    assert question.words == ("l", "accueil", "co", "construction")
    assert question.phrases == (("mise", "en", "place"),)
    assert question.without == (("brouillon",),)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("author:nadia", "authors", ("nadia",)),
        ('auteur:"Nadia Benali"', "authors", ("Nadia Benali",)),
        ("in:quality", "spaces", ("quality",)),
        ("dans:qualité", "spaces", ("qualité",)),
        ("kind:topic", "kinds", ("topic",)),
        ("type: sujet", "kinds", ("sujet",)),
        ("tag:outil", "tags", ("outil",)),
        ("étiquette:outil", "tags", ("outil",)),
        ("#outil", "tags", ("outil",)),
        ("before:2025-03", "before", date(2025, 3, 1)),
        ("avant:12/03/2025", "before", date(2025, 3, 12)),
        ("après:2025", "after", date(2025, 1, 1)),
    ],
)
def test_operators_in_both_languages(text: str, name: str, value: object) -> None:
    question = parse(f"lampe {text}")
    assert getattr(question, name) == value
    assert question.words == ("lampe",)
    assert question.has_filters


def test_an_unknown_operator_is_words_and_a_day_that_says_nothing_is_told() -> None:
    assert parse("article:12").words == ("article", "12")
    question = parse("lampe before:bientôt")
    assert question.unread == ("before:bientôt",)
    assert question.before is None


def test_only_a_last_word_may_be_unfinished() -> None:
    assert parse("lampe de bur").is_open
    assert not parse("lampe ").text.endswith(" ")
    assert not parse('lampe "de bureau"').is_open
    assert not parse("bureau kind:topic").is_open
    assert not parse("bureau #outil").is_open


def test_narrowing_replaces_an_operator_and_takes_it_away() -> None:
    question = parse('lampe kind:topic auteur:"Nadia Benali"')
    assert narrowed(question, ("kind", "post")) == 'lampe auteur:"Nadia Benali" kind:post'
    assert narrowed(question, ("author", "")) == "lampe kind:topic"
    assert (
        narrowed(question, ("in", "les communs")) == 'lampe kind:topic auteur:"Nadia Benali" in:"les communs"'
    )


@given(st.text(max_size=400))
def test_no_text_is_an_error(text: str) -> None:
    question = parse(text)
    assert len(question.words) <= MAX_WORDS
    again = parse(narrowed(question, ("kind", "topic")))
    assert again.kinds == ("topic",) or question.text.count('"') % 2 or any(sign in text for sign in "«“„»”")


@pytest.mark.parametrize("text", ["", "x", "2025-13", "99", "2025-02-30", "1-2-3-4"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text) is None
