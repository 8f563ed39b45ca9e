"""Days in words, in the reader's language. Not here: what stands around them (showing, grid, rules)."""

from __future__ import annotations

import re
from datetime import date

from django.utils import dateformat, translation


def say(day: date, pattern: str = "l j F Y") -> str:
    """A day by one of Django's patterns; the first of a month is "1er" in French."""
    words = dateformat.format(day, pattern)
    if day.day == 1 and (translation.get_language() or "").startswith("fr"):
        return re.sub(r"(?<!\d)1(?= \D)", "1er", words, count=1)
    return words
