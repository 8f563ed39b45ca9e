"""Molds: a template drawn once for each of its variants, with holes where every row's own words go.

A page shows twenty replies that differ by a name, a text and a few keys. Drawing the template twenty times costs
fifty times what filling its holes costs, and keeping every drawn reply in memory helps only as far as memory goes.
Not here: what a part shows (its template), and fragments kept whole (toolkit.cards, web.frame).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.template.loader import get_template
from django.utils.translation import get_language
from markupsafe import Markup, escape

from parvis.kernel.memory import Memory
from parvis.toolkit.formats import number

HOLE = re.compile("\x02(\\w+)\x03")
# Prose keeps its line ends: it stands in <br> and <p>, and in <pre> only within holes.
BLANKS = re.compile(r"\s*\n\s*|(?<=>) {2,}(?=<)")
# Asked before escaping: most words hold none of these, and markupsafe takes eight times as long to find out.
SPECIAL = re.compile("[&<>\"']")
KEPT: Memory[tuple[Any, ...], list[str]] = Memory(1024)


def hole(name: str) -> Markup:
    """What stands in a template for a value given later. It is a safe string: filters and tests see a text."""
    return Markup(f"\x02{name}\x03")


def fill(template: str, variant: Mapping[str, Any], holes: Mapping[str, Any]) -> Markup:
    """The template drawn for `variant`, then filled with `holes`, escaped unless they are Markup.

    `variant` decides what the markup is (hashable values, few combinations); `holes` are words only: a template
    may test whether one is given, never what it says. It finds both in `it`, and shows nothing else of the page.
    """
    key = (template, get_language(), *variant.items(), *holes)
    parts = KEPT.get(key)
    if parts is None:
        it = {**variant, **{name: hole(name) for name in holes}}
        parts = HOLE.split(shrink(get_template(template).render({"it": it})))
        KEPT.put(key, parts)
    return _poured(parts, holes)


def mold(template: str, variant: Mapping[str, Any], holes: Mapping[str, Any]) -> Markup:
    """`fill` for templates: the parts that a page shows once, but that differ by a few words. Numbers are written."""
    words = {name: number(value) if type(value) is int else value for name, value in holes.items()}
    return fill(template, variant, words)


def shrink(html: str) -> Markup:
    """Drawn HTML without the indentation of its templates; blanks inside a line stay."""
    return Markup(BLANKS.sub("", html))


def _poured(parts: list[str], holes: Mapping[str, Any]) -> Markup:
    """`parts` alternate between markup and the name of a hole."""
    texts = parts.copy()
    safe = {name: _safe(value) for name, value in holes.items()}
    texts[1::2] = [safe[name] for name in parts[1::2]]
    return Markup("".join(texts))


def _safe(value: Any) -> str:
    if type(value) is Markup or (type(value) is str and not SPECIAL.search(value)):
        return value
    return escape(value)
