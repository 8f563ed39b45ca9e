"""The words somebody looked for, marked where they stand in a text shown to them. Not here: finding the text (search)."""

from __future__ import annotations

import re
from functools import lru_cache

from parvis.kernel.words import COMMON_WORDS, fold

MOST_WORDS = 24
FIRST = "found"  # the id of the first mark of a page's own text, to which an address may lead

Pieces = tuple[tuple[str, bool], ...]  # pieces of a text in order, and whether each is marked

_WORD = re.compile(r"[^\W_]+")
# Tags, with whatever their attributes hold, and entities: everything in HTML that isn't text.
_NOT_TEXT = re.compile(r"(<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>|&#?\w+;)")


def sought(text: str) -> tuple[str, ...]:
    """The folded words of a text that are worth marking: no articles and the like, unless there is nothing else."""
    words = list(dict.fromkeys(_WORD.findall(fold(text[:600]))))
    telling = [word for word in words if word not in COMMON_WORDS and len(word) > 1]
    return tuple((telling or words)[:MOST_WORDS])


def mark_text(text: str, words: tuple[str, ...], *, begun: bool = False) -> Pieces:
    """A text in pieces, each word that is one of these (in whatever number or gender) marked.

    With `begun`, the words are beginnings, and only what they cover is marked.
    """
    pieces: list[tuple[str, bool]] = []
    at = 0
    known: dict[str, int] = {}  # a long text says the same words again and again
    for found in _WORD.finditer(text):
        length = known.get(found[0], -1)
        if length < 0:
            length = known[found[0]] = _covered(found[0], words, begun)
        if not length:
            continue
        if found.start() > at:
            pieces.append((text[at : found.start()], False))
        at = found.start() + length
        pieces.append((text[found.start() : at], True))
    if at < len(text):
        pieces.append((text[at:], False))
    return tuple(pieces)


def mark_html(html: str, words: tuple[str, ...], *, first: str = "") -> str:
    """Sanitised HTML with these words marked in its texts; the first mark gets the id `first`, if any."""
    if not words:
        return html
    parts = _NOT_TEXT.split(html)
    for index in range(0, len(parts), 2):  # what was split by stands between
        pieces = mark_text(parts[index], words)
        if len(pieces) < 2 and not any(is_marked for _text, is_marked in pieces):
            continue
        drawn = []
        for text, is_marked in pieces:
            named = f' id="{first}"' if is_marked and first else ""
            first = "" if is_marked else first
            drawn.append(f"<mark{named}>{text}</mark>" if is_marked else text)
        parts[index] = "".join(drawn)
    return "".join(parts)


def _covered(token: str, words: tuple[str, ...], begun: bool) -> int:
    """How many letters of a word are meant: all, none, or those typed so far."""
    folded = _folded(token)
    if not begun:
        return len(token) if any(_is_alike(folded, word) for word in words) else 0
    longest = max((len(word) for word in words if folded.startswith(word)), default=0)
    return longest if len(folded) == len(token) else len(token) * bool(longest)


@lru_cache(maxsize=4096)
def _folded(token: str) -> str:
    return fold(token)


def _is_alike(one: str, other: str) -> bool:
    """The same word, or one that ends otherwise: "lampe", "lampes"; "plan" and "plantation" are two."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (
        len(shorter) > 3 and longer.startswith(shorter) and len(longer) - len(shorter) < 3
    )
