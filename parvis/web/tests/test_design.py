"""The style guide: every macro is on it, every sample page can be drawn in both languages, none asks for the forbidden."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import translation

from parvis.kernel.errors import NotFound
from parvis.web.design import views

TEMPLATES = Path(views.__file__).resolve().parents[1] / "templates" / "web"
INNER = {
    "reaction_label",
    "reaction_icon",
    "react",
    "inner_card",
    "reaction_panel",
    "toolbar",
    "audience",
    "field",
    "form_errors",
    "entry",
}


def draw(name: str, language: str) -> str:
    request = RequestFactory().get("/design/")
    with translation.override(language):
        answer = views.show_sample(request, name) if name else views.show_guide(request)
    return answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["", *views.PAGES])
def test_pages_hold_no_inline_script_style_or_foreign_address(name: str, language: str) -> None:
    page = draw(name, language)
    assert f'<html lang="{language}"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page)
    assert page.count("<h1") == 1
    assert page.count("<main") == 1


def test_an_unknown_sample_is_not_found() -> None:
    with pytest.raises(NotFound):
        views.show_sample(RequestFactory().get("/"), "no-such-page")


def test_every_macro_is_shown_on_the_guide() -> None:
    guide = (TEMPLATES / "design" / "guide.html").read_text()
    macros = {
        name
        for path in (TEMPLATES / "components").glob("*.html")
        for name in re.findall(r"{% macro ([a-z]\w*)\(", path.read_text())
    }
    missing = {name for name in macros - INNER if not re.search(rf"(?<!\w){name}\(", guide)}
    assert not missing


def test_ids_are_not_given_twice() -> None:
    for name in ("", *views.PAGES):
        ids = re.findall(r'\sid="([^"]+)"', draw(name, "en"))
        assert sorted(ids) == sorted(set(ids)), name


def test_a_home_with_cards_stays_light() -> None:
    assert len(draw("home", "fr").encode()) < 50_000
