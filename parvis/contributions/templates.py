"""Content templates of the Publish menu, shipped as data in both languages. Not here: the composer that opens them.

Recurring texts begin from them too (contributions.recurring).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "content_templates.json"


@dataclass(frozen=True)
class ContentTemplate:
    """A way to begin a text: what it is for, and its first words. `kind` and `mode` say what it opens, where it is
    installed; `option` is the composer's entry that does, once it is known.
    """

    slug: str
    label: str
    promise: str
    kind: str
    mode: str
    title: str
    body: str
    option: str = ""


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(DATA.read_text(encoding="utf-8")))


def all_templates(language: str) -> list[ContentTemplate]:
    """Every shipped template in a language ("fr" or "en"), in their own order."""
    return [_in(row, language) for row in _rows()]


def find(slug: str, language: str) -> ContentTemplate | None:
    """The template of this slug in a language, or None."""
    return next((_in(row, language) for row in _rows() if row["slug"] == slug), None)


def _in(row: dict[str, Any], language: str) -> ContentTemplate:
    code = "fr" if language.startswith("fr") else "en"
    words = {name: row[name][code] for name in ("label", "promise", "title", "body")}
    return ContentTemplate(slug=row["slug"], kind=row["kind"], mode=row["mode"], **words)
