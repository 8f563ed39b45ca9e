"""The text of a page as a tree: the nodes and marks that the rich editor knows (tools-js/editor/src/schema.js).

Not here: reading it from Markdown, writing it, and the shared text of Yjs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Attributes = tuple[tuple[str, Any], ...]

# The order in which the editor nests them.
MARKS = ("link", "bold", "italic", "strike", "code")
BLOCKS = frozenset(
    {
        "paragraph",
        "heading",
        "blockquote",
        "codeBlock",
        "horizontalRule",
        "bulletList",
        "orderedList",
        "table",
    }
)
INLINE = frozenset({"hardBreak", "image", "mention"})
LEAVES = INLINE | {"horizontalRule"}
TEXTBLOCKS = frozenset({"paragraph", "heading", "codeBlock"})
CHILDREN = {
    "doc": BLOCKS, "blockquote": BLOCKS, "listItem": BLOCKS, "bulletList": frozenset({"listItem"}),
    "orderedList": frozenset({"listItem"}), "table": frozenset({"tableRow"}),
    "tableRow": frozenset({"tableHeader", "tableCell"}), "tableHeader": frozenset({"paragraph"}),
    "tableCell": frozenset({"paragraph"}), "paragraph": INLINE, "heading": INLINE, "codeBlock": frozenset(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """Emphasis or a link over a stretch of text."""

    name: str
    attributes: Attributes = ()

    def get(self, name: str) -> Any:
        return dict(self.attributes).get(name)


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of text under the same marks, these in the order of MARKS."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A block, an item, a cell, a picture…"""

    name: str
    attributes: Attributes = ()
    children: tuple[Node | Words, ...] = ()
    marks: tuple[Mark, ...] = ()

    def get(self, name: str, otherwise: Any = None) -> Any:
        found = dict(self.attributes).get(name)
        return otherwise if found is None else found

    @property
    def text(self) -> str:
        """All words in it."""
        return "".join(one.text for one in self.children)


def attributes(**given: Any) -> Attributes:
    """Attributes in one order, without those that say nothing."""
    return tuple(sorted((name, value) for name, value in given.items() if value is not None))


def sorted_marks(marks: list[Mark]) -> tuple[Mark, ...]:
    """One of each kind, in the order in which the editor nests them."""
    found = {mark.name: mark for mark in marks if mark.name in MARKS}
    return tuple(found[name] for name in MARKS if name in found)


def joined(children: list[Node | Words]) -> tuple[Node | Words, ...]:
    """Neighbouring words under the same marks as one."""
    found: list[Node | Words] = []
    for one in children:
        last = found[-1] if found else None
        if isinstance(one, Words) and isinstance(last, Words) and one.marks == last.marks:
            found[-1] = Words(last.text + one.text, one.marks)
        elif not (isinstance(one, Words) and not one.text):
            found.append(one)
    return tuple(found)


def walk(node: Node) -> Iterator[Node]:
    """The node and every node in it."""
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from walk(child)
