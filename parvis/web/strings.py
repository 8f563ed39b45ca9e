"""The words our scripts say, in the reader's language; keys as in static/js/STRINGS.md.

Not here: words of pages (templates).
"""

from __future__ import annotations

import json
from functools import lru_cache

from django.utils.translation import get_language

from parvis.web import js_strings


def strings() -> str:
    """JSON for the `data-strings` attribute of the body."""
    return _strings(get_language() or "en")


@lru_cache(maxsize=4)
def _strings(language: str) -> str:
    return json.dumps(words(), ensure_ascii=False)


def words() -> dict[str, str]:
    """Every key that any page may need, with its sentence, translated."""
    return {key: str(text) for key, text in js_strings.BODY.items()}
