"""Bringing two texts that began from the same one together: line by line, then sentence by sentence. Not here: whose
they are and where they are kept (actions), how a clash is shown (showing)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SENTENCES = re.compile(r"(?<=[.!?…:;])(?=[ \u00a0\u202f])")
IN_A_ROW = re.compile(r"\s*(?:[-*+|>]|\d+[.)])")
MOST_PIECES = 4000  # lines: comparing longer texts would take more than a moment
CHOICES = ("mine", "theirs", "both")


@dataclass(frozen=True)
class Clash:
    """A place that both changed, each in another way."""

    base: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Merge:
    """Two texts in one: what could be told apart is settled, the rest are clashes, in the order of the text.

    The parts end with a line end that the whole text doesn't have.
    """

    parts: tuple[str | Clash, ...]

    @property
    def clashes(self) -> list[Clash]:
        return [part for part in self.parts if isinstance(part, Clash)]

    def text(self, choices: Sequence[str] = ()) -> str:
        """The whole text, each clash by its choice ("mine", "theirs" or "both"); without one, both stay."""
        found: list[str] = []
        asked = iter(choices)
        for part in self.parts:
            found.append(_chosen(part, next(asked, "both")) if isinstance(part, Clash) else part)
        return "".join(found).removesuffix("\n")


def _chosen(clash: Clash, choice: str) -> str:
    if choice == "mine":
        return clash.mine
    if choice == "theirs" or not clash.mine:
        return clash.theirs
    if not clash.theirs:
        return clash.mine
    # Two paragraphs stay two; the lines of a list or a table stay in it.
    between = "" if IN_A_ROW.match(clash.theirs.strip("\n").rpartition("\n")[2]) else "\n"
    return clash.theirs.rstrip("\n") + "\n" + between + clash.mine


def merge(base: str, mine: str, theirs: str) -> Merge:
    """What `mine` and `theirs` both changed of `base`, in one text. Never loses a word of either."""
    if mine == theirs or theirs == base:
        return Merge((mine + "\n",))
    if mine == base:
        return Merge((theirs + "\n",))
    texts = [_lines(one) for one in (base, mine, theirs)]
    if max(map(len, texts)) > MOST_PIECES:
        return Merge((Clash(f"{base}\n", f"{mine}\n", f"{theirs}\n"),))
    parts: list[str | Clash] = []
    for part in _merged(*texts):
        parts.extend(_by_sentence(part) if isinstance(part, Clash) else [part])
    return Merge(tuple(_joined(parts)))


def _lines(text: str) -> list[str]:
    # Each with its end, the last too: texts are kept without one, and a line added after it hasn't changed it.
    return [line + "\n" for line in text.split("\n")]


def _by_sentence(clash: Clash) -> list[str | Clash]:
    """The same clash looked at more closely: two people often change two sentences of one paragraph."""
    pieces = [SENTENCES.split(one) for one in (clash.base, clash.mine, clash.theirs)]
    if not clash.base or max(map(len, pieces)) > MOST_PIECES:
        return [clash]
    parts = list(_merged(*pieces))
    return [clash] if any(isinstance(part, Clash) for part in parts) else parts


def _joined(parts: list[str | Clash]) -> Iterator[str | Clash]:
    """Neighbouring texts as one."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        text = ""
        yield part
    if text:
        yield text


def _merged(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[str | Clash]:
    """Walks the three texts between the places where all agree."""
    at = (0, 0, 0)
    for start, in_mine, in_theirs, length in _agreements(base, mine, theirs):
        yield from _settled(base[at[0] : start], mine[at[1] : in_mine], theirs[at[2] : in_theirs])
        if length:
            yield "".join(base[start : start + length])
        at = (start + length, in_mine + length, in_theirs + length)


def _settled(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[str | Clash]:
    if mine == theirs or theirs == base:
        chosen = mine
    elif mine == base:
        chosen = theirs
    else:
        yield Clash("".join(base), "".join(mine), "".join(theirs))
        return
    if chosen:
        yield "".join(chosen)


def _agreements(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """The runs of `base` that stand in both others: (in base, in mine, in theirs, length), the end as an empty one."""
    ours = _blocks(base, mine)
    others = _blocks(base, theirs)
    i = j = 0
    while i < len(ours) and j < len(others):
        (a, b, n), (c, d, m) = ours[i], others[j]
        start, end = max(a, c), min(a + n, c + m)
        if start < end:
            yield start, b + start - a, d + start - c, end - start
        if a + n < c + m:
            i += 1
        else:
            j += 1
    yield len(base), len(mine), len(theirs), 0


def _blocks(base: list[str], other: list[str]) -> list[tuple[int, int, int]]:
    # The guess that very common lines tell nothing keeps long texts of like lines from taking minutes.
    found = SequenceMatcher(None, base, other, autojunk=True).get_matching_blocks()
    return [(one.a, one.b, one.size) for one in found if one.size]
