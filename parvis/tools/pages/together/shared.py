"""The shared text of Yjs and the tree: reading one as the other, and changing the shared text no more than is needed.

What comes from browsers is nobody's promise: whatever doesn't fit the editor's schema is read as the words in it.
Not here: Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from parvis.kernel import ids, sanitise
from parvis.tools.pages.together.tree import (
    CHILDREN,
    INLINE,
    LEAVES,
    MARKS,
    Mark,
    Node,
    Words,
    attributes,
    joined,
    sorted_marks,
)

FRAGMENT = "text"
DEEPEST = 40
LONGEST_ATTRIBUTE = 2000
_PIECES = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
Shared = Any  # XmlFragment, XmlElement or XmlText
Part = Node | tuple[Words, ...]


def fragment_of(doc: Doc[Any]) -> XmlFragment:
    """The text of a document, under the name that the browser uses."""
    found: XmlFragment = doc.get(FRAGMENT, type=XmlFragment)
    return found


# Reading


def tree_of(doc: Doc[Any]) -> Node:
    """The tree of a shared text. Never raises, whatever was put into it."""
    return _fitted("doc", (), _children(fragment_of(doc), 0))


def _children(parent: Shared, depth: int) -> list[Node | Words]:
    found: list[Node | Words] = []
    for child in parent.children:
        if isinstance(child, XmlText):
            found.extend(_words(child))
        elif depth < DEEPEST:
            found.append(_node(child, depth + 1))
        else:
            found.append(Words(re.sub(r"<[^>]*>", "", str(child))))
    return found


def _words(text: XmlText) -> list[Node | Words]:
    found: list[Node | Words] = []
    for value, given in text.diff():
        if isinstance(value, str):
            marks = [_mark(name, value) for name, value in (given or {}).items() if value is not None]
            found.append(Words(sanitise.strip_controls(value), sorted_marks(marks)))
    return found


def _mark(name: str, given: Any) -> Mark:
    held = given if isinstance(given, dict) else {}
    if name != "link":
        return Mark(name)
    title = _line(held.get("title")) or None
    return Mark("link", attributes(href=_line(held.get("href")), title=title, bare=held.get("bare") is True))


def _node(element: Shared, depth: int) -> Node:
    given = dict(element.attributes)
    return _fitted(str(element.tag), _kept(str(element.tag), given), _children(element, depth))


def _line(value: Any) -> str:
    return (
        " ".join(sanitise.strip_controls(value).split())[:LONGEST_ATTRIBUTE] if isinstance(value, str) else ""
    )


def _number(value: Any, least: int, most: int) -> int:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    return max(least, min(most, int(value))) if is_number and abs(value) < 2**40 else least


def _kept(name: str, given: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The attributes that a node of this name may have, in their own types."""
    if name == "heading":
        return attributes(level=_number(given.get("level"), 1, 6))
    if name == "codeBlock":
        return attributes(language=_line(given.get("language")) or None)
    if name == "bulletList":
        return attributes(tight=given.get("tight") is not False)
    if name == "orderedList":
        return attributes(
            tight=given.get("tight") is not False, start=_number(given.get("start", 1), 0, 999_999_999)
        )
    if name == "listItem":
        checked = given.get("checked")
        return attributes(checked=checked if isinstance(checked, bool) else None)
    if name in ("tableHeader", "tableCell"):
        side = given.get("align")
        return attributes(colspan=1, rowspan=1, align=side if side in ("left", "right", "center") else None)
    if name == "image":
        return attributes(
            src=_line(given.get("src")), alt=_line(given.get("alt")), title=_line(given.get("title")) or None
        )
    if name == "mention":
        return attributes(id=_line(given.get("id")), label=_line(given.get("label")))
    return ()


def _fitted(name: str, kept: tuple[tuple[str, Any], ...], children: list[Node | Words]) -> Node:
    """A node with only such children as it may have; the words of others aren't lost."""
    allowed = CHILDREN.get(name)
    if name in LEAVES:
        return _valid_leaf(Node(name, kept))
    if allowed is None:  # a node we don't know
        return Node("paragraph", (), joined(_inline(children)))
    if allowed <= INLINE:
        fitting = _inline(children)
        if name == "codeBlock":
            fitting = [Words("".join("\n" if isinstance(one, Node) else one.text for one in fitting))]
        return Node(name, kept, joined(fitting))
    inside: list[Node | Words] = []
    for is_fit, group in groupby(children, key=lambda one: isinstance(one, Node) and one.name in allowed):
        strays = list(group)
        inside.extend(strays if is_fit else _wrapped(name, strays))
    if name == "listItem" and (not inside or _name(inside[0]) != "paragraph"):
        inside.insert(0, Node("paragraph"))
    if name in ("tableHeader", "tableCell"):
        inside = [Node("paragraph", (), joined(_inline(inside)))]
    if not inside and "paragraph" in allowed:
        inside = [Node("paragraph")]
    return Node(name, kept, tuple(inside))


def _valid_leaf(node: Node) -> Node:
    if node.name == "mention":
        try:
            ids.decode(str(node.get("id", "")))
        except ValueError:
            return Node("paragraph", (), (Words(f"@{node.get('label', '')}"),))
    if node.name == "image" and not sanitise.is_safe_link(str(node.get("src", ""))):
        return Node("paragraph", (), (Words(str(node.get("alt", ""))),))
    return node


def _name(one: Node | Words) -> str:
    return one.name if isinstance(one, Node) else ""


def _wrapped(name: str, strays: list[Node | Words]) -> list[Node | Words]:
    """Strays in the place where they are: words become a paragraph, items without a list one each."""
    paragraph = Node("paragraph", (), joined(_inline(strays)))
    if not paragraph.children:
        return []
    if name in ("bulletList", "orderedList"):
        return [Node("listItem", (), (paragraph,))]
    if name == "table":
        return [Node("tableRow", (), (Node("tableCell", attributes(colspan=1, rowspan=1), (paragraph,)),))]
    if name == "tableRow":
        return [Node("tableCell", attributes(colspan=1, rowspan=1), (paragraph,))]
    return [paragraph]


def _inline(children: Sequence[Node | Words]) -> list[Node | Words]:
    """What may stand in a line, blocks given up for their words."""
    found: list[Node | Words] = []
    for one in children:
        if isinstance(one, Words) or one.name in INLINE:
            found.append(one)
        else:
            found.extend(_inline(one.children))
    return found


# Writing


def make_alike(doc: Doc[Any], wanted: Node) -> None:
    """Changes the shared text into the tree, touching only what differs, so that others' changes keep their places."""
    with doc.transaction():
        _alike(fragment_of(doc), _parts(wanted.children), 0)


def _parts(children: Sequence[Node | Words]) -> list[Part]:
    """Children as Yjs keeps them: neighbouring words are one text."""
    found: list[Part] = []
    words: list[Words] = []
    for one in children:
        if isinstance(one, Words):
            words.append(one)
            continue
        if words:
            found.append(tuple(words))
            words = []
        found.append(one)
    return [*found, tuple(words)] if words else found


def _part_of(child: Shared, depth: int) -> Part:
    """A shared child as it would be written: exactly, or as something that is never equal."""
    if isinstance(child, XmlText):
        return tuple(one for one in joined(_words(child)) if isinstance(one, Words))
    return _node(child, depth + 1)


def _alike(parent: Shared, wanted: list[Part], depth: int) -> None:
    current = [_part_of(child, depth) for child in parent.children]
    for i1, i2, j1, j2 in _changes(current, wanted):
        paired = 0
        while paired < min(i2 - i1, j2 - j1) and _same_sort(current[i1 + paired], wanted[j1 + paired]):
            paired += 1
        del parent.children[i1 + paired : i2]
        for offset, part in enumerate(wanted[j1 + paired : j2]):
            _insert(parent, i1 + paired + offset, part)
        for offset in range(paired):
            _change(parent.children[i1 + offset], wanted[j1 + offset], depth)


def _changes(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[int, int, int, int]]:
    """What is to be replaced by what, from the end to the beginning: (from, to, of `after` from, to)."""
    start, ends = 0, min(len(before), len(after))
    while start < ends and before[start] == after[start]:
        start += 1
    end = 0
    while end < ends - start and before[-1 - end] == after[-1 - end]:
        end += 1
    inner = before[start : len(before) - end], after[start : len(after) - end]
    # The guess that very common pieces (spaces) tell nothing keeps a long paragraph from taking minutes.
    for what, i1, i2, j1, j2 in reversed(SequenceMatcher(None, *inner, autojunk=True).get_opcodes()):
        if what != "equal":
            yield start + i1, start + i2, start + j1, start + j2


def _same_sort(one: Part, other: Part) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return isinstance(one, tuple) and isinstance(other, tuple)
    return one.name == other.name and one.name not in INLINE


def _change(shared: Shared, wanted: Part, depth: int) -> None:
    if isinstance(wanted, tuple):
        _change_words(shared, wanted)
        return
    given = dict(wanted.attributes)
    for name in dict(shared.attributes):
        if name not in given:
            del shared.attributes[name]
    for name, value in given.items():
        if dict(shared.attributes).get(name) != value:
            shared.attributes[name] = value
    _alike(shared, _parts(wanted.children), depth + 1)


def _change_words(shared: XmlText, wanted: tuple[Words, ...]) -> None:
    """Word by word: who writes elsewhere in the same sentence at the same moment isn't overwritten."""
    before = _pieces([one for one in _words(shared) if isinstance(one, Words)])
    after = _pieces(wanted)
    starts = [0]
    for text, _marks in before:
        starts.append(starts[-1] + len(text.encode()))  # pycrdt counts bytes
    for i1, i2, j1, j2 in _changes(before, after):
        if i2 > i1:
            del shared[starts[i1] : starts[i2]]
        _insert_words(shared, starts[i1], _together(after[j1:j2]))


def _pieces(words: Sequence[Words]) -> list[tuple[str, tuple[Mark, ...]]]:
    return [(piece, one.marks) for one in words for piece in _PIECES.findall(one.text)]


def _together(pieces: Sequence[tuple[str, tuple[Mark, ...]]]) -> list[Words]:
    return [
        Words("".join(text for text, _marks in group), marks)
        for marks, group in groupby(pieces, key=lambda one: one[1])
    ]


def _insert_words(shared: XmlText, at: int, words: Sequence[Words]) -> None:
    for one in words:
        shared.insert(
            at, one.text, {mark.name: dict(mark.attributes) for mark in one.marks if mark.name in MARKS}
        )
        at += len(one.text.encode())


def _insert(parent: Shared, at: int, part: Part) -> None:
    if isinstance(part, tuple):
        _insert_words(parent.children.insert(at, XmlText("")), 0, part)
        return
    made = parent.children.insert(at, XmlElement(part.name))
    for name, value in part.attributes:
        made.attributes[name] = value
    for offset, child in enumerate(_parts(part.children)):
        _insert(made, offset, child)
