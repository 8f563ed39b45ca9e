"""The words that matched, marked in a title or in a piece of text: structure, never HTML. Not here: finding them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from parvis.kernel.words import fold
from parvis.search.finding import stems_of

if TYPE_CHECKING:
    from parvis.search.finding import Asked

Marked = tuple[tuple[str, bool], ...]

WORD = re.compile(r"[^\W_]+")
LENGTH = 260  # characters of an excerpt
BEFORE = 60  # of them before the first match


def learn(texts: Iterable[str], asked: Asked) -> None:
    """Asks once for the stems of all words of these texts that might match, so that marking needs no query."""
    beginnings = tuple({form[:2] for form in asked.forms})
    if beginnings:
        words = {fold(word): word for text in texts for word in WORD.findall(text)}
        stems_of([word for folded, word in words.items() if folded.startswith(beginnings)])


def mark(text: str, asked: Asked) -> Marked:
    """The whole text in pieces, matches apart."""
    return _pieces(text, _spans(text, asked))


def excerpt(text: str, asked: Asked) -> Marked:
    """The piece of the text where most different words of the question stand near each other; its beginning if none."""
    text = " ".join(text.split())
    spans = _spans(text, asked)
    start = _start(text, spans)
    end = len(text)
    if end - start > LENGTH:
        end = text.rfind(" ", start, start + LENGTH)
        end = start + LENGTH if end <= start else end
    inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
    pieces = _pieces(text[start:end], inside)
    before = (("… ", False),) if start else ()
    after = ((" …", False),) if end < len(text) else ()
    return before + pieces + after


def _start(text: str, spans: list[tuple[int, int]]) -> int:
    """Where the excerpt begins: some words before the richest place."""
    best, most = 0, 0
    for index, (a, _b) in enumerate(spans[:200]):
        near = {fold(text[x:y]) for x, y in spans[index : index + 12] if y <= a + LENGTH - BEFORE}
        if len(near) > most:
            best, most = a, len(near)
    if best <= BEFORE:
        return 0
    return text.find(" ", best - BEFORE, best) + 1 or best


def _spans(text: str, asked: Asked) -> list[tuple[int, int]]:
    matches: dict[str, bool] = {}
    found = []
    for word in WORD.finditer(text):
        said = word[0]
        if said not in matches:
            matches[said] = _matches(said, asked)
        if matches[said]:
            found.append(word.span())
    return found


def _matches(word: str, asked: Asked) -> bool:
    folded = fold(word)
    if folded in asked.forms or any(folded.startswith(prefix) for prefix in asked.prefixes):
        return True
    if not folded.startswith(tuple({form[:2] for form in asked.forms} or {"\x00"})):
        return False
    return not asked.forms.isdisjoint(stems_of([word])[word])


def _pieces(text: str, spans: list[tuple[int, int]]) -> Marked:
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return tuple(pieces)
