from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.kernel import words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie", "elodie"),
        ("CŒUR de l’été", "coeur de l'ete"),
        ("  Straße\u202f!\n", "strasse !"),
        ("Ærø — Łódź", "aero - lodz"),
        ("ﬁn №5", "fin no5"),
    ],
)
def test_fold_compares_what_people_hold_for_the_same(text: str, folded: str) -> None:
    assert words.fold(text) == folded


@given(st.text(max_size=60))
def test_fold_is_idempotent(text: str) -> None:
    assert words.fold(words.fold(text)) == words.fold(text)


def test_slugify_keeps_whole_words_within_its_length() -> None:
    assert words.slugify("Accessibilité : l’égalité d’abord !") == "accessibilite-l-egalite-d-abord"
    assert words.slugify("Protection des données à caractère personnel", 25) == "protection-des-donnees-a"
    assert words.slugify("日本語 !") == ""


@given(st.text(max_size=120), st.integers(min_value=4, max_value=60))
def test_slug_holds_nothing_an_address_would_escape(text: str, length: int) -> None:
    slug = words.slugify(text, length)
    assert len(slug) <= length
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_sort_key_places_accents_beside_their_letter() -> None:
    names = ["Zoé", "elodie B", "Élodie A", "O’Brien", "Obrecht"]
    assert sorted(names, key=words.sort_key) == ["Élodie A", "elodie B", "O’Brien", "Obrecht", "Zoé"]


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana", "A"),
        ("Anne-Marie de La Tour", "AT"),
        ("Élodie d’Arc", "ÉA"),
        ("Ludwig van Beethoven", "LB"),
        ("« Zoé »", "Z"),
        ("de la", "DL"),
        ("🙂", "?"),
        ("", "?"),
    ],
)
def test_initials_pass_over_particles(name: str, initials: str) -> None:
    assert words.initials(name) == initials


def test_reading_takes_a_minute_at_least_and_counts_elided_words_once() -> None:
    assert words.reading_minutes("") == 1
    assert words.reading_minutes("mot " * 220) == 1
    assert words.reading_minutes("l’accueil " * 221) == 2


def test_keywords_are_the_telling_words_in_order() -> None:
    assert words.keywords("Comment réserver une salle pour la réunion de la salle ?") == (
        "reserver",
        "salle",
        "reunion",
    )
    assert words.keywords("How do I book the meeting room?") == ("book", "meeting", "room")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour à tous, qui sait où trouver le modèle de contrat ?", "fr"),
        ("Has anyone tried the new meeting room booking tool?", "en"),
        ("The meeting about « qualité » was good, we should do it again", "en"),
        ("Merci", "fr"),
        ("Thanks everyone", "en"),
    ],
)
def test_language_is_told_by_small_words(text: str, language: str) -> None:
    assert words.guess_language(text) == language


def test_language_without_a_sign_is_the_default() -> None:
    assert words.guess_language("12:30 OK", default="en") == "en"
    assert words.guess_language("") == "fr"
