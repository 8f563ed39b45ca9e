"""A network's colour stays readable whatever the administrator picks."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from parvis.kernel.errors import Refused
from parvis.web import brand


def test_contrast_is_that_of_wcag() -> None:
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("hue", range(0, 360, 3))
def test_every_hue_gives_readable_pairs_in_both_schemes(hue: int) -> None:
    palette = brand.palette_of(hue)
    for shades, grounds in ((palette.light, brand.GROUNDS["light"]), (palette.dark, brand.GROUNDS["dark"])):
        assert brand.contrast(shades["on-accent"], shades["accent"]) >= 4.5
        assert brand.contrast(shades["on-accent"], shades["accent-hover"]) >= 4.5
        assert brand.contrast(shades["accent"], shades["accent-soft"]) >= 4.5
        assert all(brand.contrast(shades["link"], ground) >= 4.5 for ground in grounds)


def test_a_pale_lightness_is_corrected_until_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brand.SHADES, "accent", ((0.8, 0.12), (0.718, 0.127)))
    brand.palette_of.cache_clear()
    try:
        assert brand.palette_of(100).contrast >= 4.5
    finally:
        brand.palette_of.cache_clear()


def test_the_hue_of_our_own_blue_is_found() -> None:
    assert abs(brand.hue_of("#2454b3") - brand.DEFAULT_HUE) <= 3


@pytest.mark.parametrize("colour", ["", "blue", "#12345", "#12345g", "#808080", "#ffffff", "url(x)"])
def test_what_has_no_hue_is_refused_with_a_sentence(colour: str) -> None:
    with pytest.raises(Refused):
        brand.hue_of(colour)


def test_a_pale_colour_is_told_that_a_darker_shade_is_used() -> None:
    _palette, pale = brand.verdict("#ffd54a")
    _palette, deep = brand.verdict("#2454b3")
    assert pale != deep
    assert "4" in pale


@pytest.mark.parametrize("asked", ["", "12", "999", "-4", "a};body{display:none", "٣", "1" * 400])
def test_the_stylesheet_holds_colours_only_whatever_is_asked(asked: str) -> None:
    answer = brand.stylesheet(RequestFactory().get("/brand.css", {"h": asked}))
    css = answer.content.decode()
    assert answer.status_code == 200
    assert css.startswith("@layer tokens{:root{--accent:light-dark(#")
    assert css.count("{") == css.count("}") == 2
    assert "immutable" in answer["Cache-Control"]


def test_our_own_hue_needs_no_stylesheet() -> None:
    assert brand.brand_url(brand.DEFAULT_HUE) == ""
    assert brand.brand_url(12) == "/brand.css?h=12"
