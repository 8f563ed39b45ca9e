"""How marks nest in Markdown: which stay open over the next words, and which spaces stand outside of them.

Not here: the signs themselves (to_markdown).
"""

from __future__ import annotations

from collections.abc import Sequence

from parvis.tools.pages.together.tree import Mark, Node, Words

_EXPELS = frozenset({"bold", "italic", "strike"})
_MIXABLE = _EXPELS | {"link"}


def is_named(node: Node | Words, name: str) -> bool:
    """Whether this is a node of that name."""
    return isinstance(node, Node) and node.name == name


def marks_at(children: Sequence[Node | Words], place: int) -> list[Mark]:
    """The marks of a child; a line break at the end of a marked stretch isn't part of it."""
    if place >= len(children):
        return []
    node = children[place]
    if not is_named(node, "hardBreak"):
        return list(node.marks)
    following = children[place + 1] if place + 1 < len(children) else None
    if following is None or (isinstance(following, Words) and not following.text.strip()):
        return []
    return [mark for mark in node.marks if mark in following.marks]


def reordered(marks: list[Mark], active: list[Mark], count: int) -> list[Mark]:
    """Bold in italic or italic in bold: whichever is open already stays outside."""
    for i in range(count):
        mark = marks[i]
        if mark.name not in _MIXABLE:
            break
        for j, other in enumerate(active):
            if other.name not in _MIXABLE:
                break
            if mark == other:
                if i > j:
                    marks = marks[:j] + [mark] + marks[j:i] + marks[i + 1 : count] + marks[count:]
                elif j > i:
                    marks = marks[:i] + marks[i + 1 : j] + [mark] + marks[j:count] + marks[count:]
                break
    return marks


def expelled(
    text: str, marks: list[Mark], open_already: list[Mark], children: Sequence[Node | Words], place: int
) -> tuple[str, str, str]:
    """Spaces at the edges of emphasis stand outside of it, or it would be none: (before, words, behind)."""
    before = behind = ""
    if any(mark.name in _EXPELS and mark not in open_already for mark in marks):
        rest = text.lstrip()
        before, text = text[: len(text) - len(rest)], rest
    ends = any(
        mark.name in _EXPELS and not _is_ahead(children, place + 1, marks[: number + 1])
        for number, mark in enumerate(marks)
    )
    if ends:
        rest = text.rstrip()
        behind, text = text[len(rest) :], rest
    return before, text, behind


def _is_ahead(children: Sequence[Node | Words], place: int, marks: list[Mark]) -> bool:
    while place < len(children):
        following = children[place]
        if not is_named(following, "hardBreak"):
            return list(following.marks[: len(marks)]) == marks
        place += 2
    return False
