"""Markdown to the tree, as the editor reads it (tools-js/editor/src/convert.js): the same text, the same tree, always.

Not here: back to Markdown (to_markdown).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from parvis.kernel import ids, markdown, markdown_rules, sanitise
from parvis.tools.pages.together.tree import Mark, Node, Words, attributes, joined, sorted_marks

EMPTY = Node("doc", (), (Node("paragraph"),))
LONGEST_CODE = 200
MOST_LINES = 6000  # each may be a block; Yjs finds its place by walking past all others


@cache
def parser() -> MarkdownIt:
    """The house's grammar without what it does for reading only: levels of headings, pictures from elsewhere."""
    md = markdown_rules.build()
    md.core.ruler.disable(["headings", "pictures_and_links"])
    return md


def read(source: str, names: Mapping[int, str] = {}) -> Node:
    """The tree of a text; people mentioned in it get their names. Never raises."""
    if is_too_much(source):
        return Node("doc", (), (Node("codeBlock", (), (Words(sanitise.strip_controls(source)),)),))
    reading = _Reading(names)
    children = reading.blocks(parser().parse(sanitise.strip_controls(source)))
    return Node("doc", (), tuple(children)) if children else EMPTY


def is_too_much(source: str) -> bool:
    """Whether a text is too long or too tangled to be taken apart in a moment; then it stays one piece."""
    tangled = source.count("[") > markdown.MAX_BRACKETS or source.count("\n") > MOST_LINES
    return tangled or len(source) > markdown.MAX_SOURCE


class _Reading:
    """One walk over the tokens."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names

    def blocks(self, tokens: Sequence[Token]) -> list[Node]:
        """The blocks that these tokens, whole from opening to closing, make."""
        found: list[Node] = []
        place = 0
        while place < len(tokens):
            end = _closing(tokens, place)
            node = self._block(tokens[place], tokens[place + 1 : end], tokens, place)
            found.extend(node)
            place = end + 1
        return found

    def _block(
        self, token: Token, inside: Sequence[Token], around: Sequence[Token], place: int
    ) -> list[Node]:
        kind = token.type.removesuffix("_open")
        if kind in ("fence", "code_block"):
            # An editor's block of code says nothing of the line end that closes it.
            text = token.content.removesuffix("\n")
            info = token.info.strip()[:LONGEST_CODE] or None
            children = (Words(text),) if text else ()
            return [Node("codeBlock", attributes(language=info), children)]
        if kind == "hr":
            return [Node("horizontalRule")]
        if kind in ("thead", "tbody"):
            return self.blocks(inside)
        make = _BLOCKS.get(kind)
        return [make(self, token, inside)] if make else []

    def inline(self, tokens: Sequence[Token]) -> tuple[Node | Words, ...]:
        """The words of a textblock with their marks."""
        children = [child for token in tokens if token.type == "inline" for child in token.children or []]
        active: list[Mark] = []
        found: list[Node | Words] = []
        for place, token in enumerate(children):
            if token.type == "link_open":
                active.append(_link(children, place))
            elif token.type.endswith("_open") and token.type in _MARKS:
                active.append(Mark(_MARKS[token.type]))
            elif token.type.endswith("_close"):
                name = (
                    "link"
                    if token.type == "link_close"
                    else _MARKS.get(token.type.replace("_close", "_open"))
                )
                _drop_last(active, name)
            else:
                found.extend(self._piece(token, sorted_marks(active)))
        return joined(found)

    def _piece(self, token: Token, marks: tuple[Mark, ...]) -> list[Node | Words]:
        if token.type in ("softbreak", "hardbreak"):
            return [Node("hardBreak")]  # the shared text keeps marks on words only
        if token.type == "code_inline":
            return [Words(token.content, sorted_marks([*marks, Mark("code")]))]
        if token.type == "mention":
            name = self._names.get(ids.decode(token.content), "")
            return [Node("mention", attributes(id=token.content, label=name))]
        if token.type == "tag":
            return [Words(f"#{token.content}", marks)]
        if token.type == "image":
            alt = markdown_rules.plain_inline(token.children or [])
            title = token.attrs.get("title") or None
            return [Node("image", attributes(src=str(token.attrs["src"]), alt=alt, title=title))]
        return [Words(token.content, marks)] if token.content else []


def _drop_last(active: list[Mark], name: str | None) -> None:
    for place in range(len(active) - 1, -1, -1):
        if active[place].name == name:
            del active[place]
            return


def _link(children: Sequence[Token], place: int) -> Mark:
    token = children[place]
    href = str(token.attrs.get("href", ""))
    title = token.attrs.get("title") or None
    alone = children[place + 1 : place + 3]
    # Typed as a bare address, or like one: the writer takes that way where it leads to the same link.
    is_bare = (
        title is None and len(alone) == 2 and alone[0].type == "text" and alone[1].type == "link_close"
        and token.markup == "" and alone[0].content.lower().startswith(("http://", "https://"))
        and parser().normalizeLink(alone[0].content) == href
    )  # fmt: skip
    return Mark("link", attributes(href=href, title=title, bare=is_bare))


def _closing(tokens: Sequence[Token], place: int) -> int:
    """Where what opens at `place` is closed; itself if it doesn't open anything."""
    if tokens[place].nesting != 1:
        return place
    depth = 0
    for at in range(place, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    return len(tokens) - 1


def _is_tight(inside: Sequence[Token]) -> bool:
    """As the editor asks: of the first thing in the first item (and of the items in it)."""
    first = next((token for token in inside if token.type != "list_item_open"), None)
    return first is not None and first.hidden


def _list(name: str) -> Callable[[_Reading, Token, Sequence[Token]], Node]:
    def make(reading: _Reading, token: Token, inside: Sequence[Token]) -> Node:
        start = int(token.attrs.get("start", 1)) if name == "orderedList" else None
        kept = attributes(tight=_is_tight(inside), start=start)
        return Node(name, kept, tuple(reading.blocks(inside)))

    return make


def _item(reading: _Reading, token: Token, inside: Sequence[Token]) -> Node:
    done = {"task": False, "task is-done": True}.get(str(token.attrs.get("class", "")))
    children = reading.blocks(inside)
    if done is not None and children:
        children[0] = _without_box(children[0])
    # An item begins with a paragraph, if an empty one.
    if not children or children[0].name != "paragraph":
        children.insert(0, Node("paragraph"))
    return Node("listItem", attributes(checked=done), tuple(children))


def _without_box(first: Node) -> Node:
    """The grammar puts a box as a character before a task's words; the editor has a real one."""
    begin = first.children[0] if first.children else None
    if not isinstance(begin, Words):
        return first
    return Node(
        first.name, first.attributes, joined([Words(begin.text[2:], begin.marks), *first.children[1:]])
    )


def _heading(reading: _Reading, token: Token, inside: Sequence[Token]) -> Node:
    level = len(token.markup) if token.markup.startswith("#") else 1 if token.markup.startswith("=") else 2
    return Node("heading", attributes(level=level), reading.inline(inside))


def _cell(name: str) -> Callable[[_Reading, Token, Sequence[Token]], Node]:
    def make(reading: _Reading, token: Token, inside: Sequence[Token]) -> Node:
        side = str(token.attrs.get("style", "")).removeprefix("text-align:") or None
        inner = Node("paragraph", (), reading.inline(inside))
        return Node(name, attributes(colspan=1, rowspan=1, align=side), (inner,))

    return make


def _plain(name: str, *, is_textblock: bool = False) -> Callable[[_Reading, Token, Sequence[Token]], Node]:
    def make(reading: _Reading, token: Token, inside: Sequence[Token]) -> Node:
        return Node(name, (), reading.inline(inside) if is_textblock else tuple(reading.blocks(inside)))

    return make


def _quote(reading: _Reading, token: Token, inside: Sequence[Token]) -> Node:
    return Node("blockquote", (), tuple(reading.blocks(inside)) or (Node("paragraph"),))


_MARKS = {"em_open": "italic", "strong_open": "bold", "s_open": "strike"}
_BLOCKS: dict[str, Callable[[Any, Token, Sequence[Token]], Node]] = {
    "paragraph": _plain("paragraph", is_textblock=True),
    "heading": _heading,
    "blockquote": _quote,
    "bullet_list": _list("bulletList"),
    "ordered_list": _list("orderedList"),
    "list_item": _item,
    "table": _plain("table"),
    "tr": _plain("tableRow"),
    "th": _cell("tableHeader"),
    "td": _cell("tableCell"),
}
