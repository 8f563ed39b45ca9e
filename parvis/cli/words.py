"""The words of the command line in the terminal's language (LANG), before and without Django.

Not here: the catalogues of the pages (each room's own locale folder).
"""

from __future__ import annotations

import functools
import gettext as catalogues
import os
from pathlib import Path


def language() -> str:
    """fr or en, by LC_ALL, LC_MESSAGES, LANG in this order."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "fr" if value.lower().startswith("fr") else "en"
    return "en"


@functools.cache
def catalogue() -> catalogues.NullTranslations:
    """The compiled words, and the shell's, where settings are described; English where there are none."""
    own, shell = (
        catalogues.translation("django", str(folder / "locale"), languages=[language()], fallback=True)
        for folder in (Path(__file__).parent, Path(__file__).parents[1] / "web")
    )
    own.add_fallback(shell)
    return own


def gettext(message: str) -> str:
    """The message in the terminal's language."""
    return catalogue().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The message for that many, in the terminal's language."""
    return catalogue().ngettext(singular, plural, count)
