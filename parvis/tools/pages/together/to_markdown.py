"""The tree to Markdown, sign for sign as the editor writes it (tools-js/editor/src/convert.js on prosemirror-markdown).

Not here: whether it reads back the same (`exactly`, in conversion).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from parvis.kernel import markdown_rules
from parvis.tools.pages.together.from_markdown import parser
from parvis.tools.pages.together.nesting import expelled, is_named, marks_at, reordered
from parvis.tools.pages.together.tree import Mark, Node, Words

_URL = re.compile(r"https?://[^\s<>\[\]\\`\"«»“”|]{3,2000}", re.IGNORECASE)
_SPECIAL = re.compile(r"[`*\\~\[\]_]")
_ENTITY = re.compile(r"&(?=#?\w+;)|<(?=[a-zA-Z])")
_START = re.compile(r"[-+](?=\s|$)|[->:|=]|#{1,6}(?=\s|$)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_AFTER_BARE = re.compile(r"[\s<>)\].,;:!?]")
_SIGNS = {"bold": "**", "italic": "*", "strike": "~~"}


def write(doc: Node) -> str:
    """The Markdown of a tree. Never raises, whatever the tree."""
    state = _Writer()
    state.content(doc)
    return state.out.rstrip()


def escape_words(text: str) -> str:
    """Words as Markdown that shows them literally; tags stay tags."""

    def signed(match: re.Match[str]) -> str:
        at = match.start()
        inside = 0 < at < len(text) - 1 and _is_word(text[at - 1]) and _is_word(text[at + 1])
        return match[0] if match[0] == "_" and inside else "\\" + match[0]

    return _ENTITY.sub(lambda match: "\\" + match[0], _SPECIAL.sub(signed, text))


def _is_word(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")


def _escape_start(text: str) -> str:
    text = text.lstrip(" \t")
    match = _START.match(text)
    if match:
        text = "\\" + text
    return _NUMBER.sub(r"\1\\\2", text, count=1) if _NUMBER.match(text) else text


def _escape(text: str, at_start: bool) -> str:
    parts: list[str] = []
    last = 0
    for found in _URL.finditer(text):
        address = markdown_rules.trim_address(found[0])
        parts += [escape_words(text[last : found.start()]), address]
        last = found.start() + len(address)
    whole = "".join(parts) + escape_words(text[last:])
    return _escape_start(whole) if at_start else whole


def _longest(text: str, sign: str) -> int:
    return max((len(run) for run in re.findall(f"{sign}+", text)), default=0)


def _target(href: str) -> str:
    if re.search(r"[\s<>]", href):
        return f"<{re.sub(r'[<>]', lambda match: chr(92) + match[0], href)}>"
    bare = re.sub(r"\([^()]*\)", "", href)
    return re.sub(r"[()\\]", lambda match: "\\" + match[0], href) if re.search(r"[()]", bare) else href


def _title(text: str | None) -> str:
    return ' "{}"'.format(re.sub(r'["\\]', lambda match: "\\" + match[0], text)) if text else ""


def _ticks(node: Node | Words | None, side: int) -> str:
    text = node.text if isinstance(node, Words) else ""
    fence = "`" * (_longest(text, "`") + 1)
    padded = re.search(r"^`|`$", text) or (re.fullmatch(r" .* ", text) and text.strip())
    blank = " " if padded else ""
    return fence + blank if side < 0 else blank + fence


class _Writer:
    """The state of one writing."""

    def __init__(self, *, in_cell: bool = False) -> None:
        self.out = ""
        self._delim = ""
        self._closed: Node | None = None
        self._in_tight_list = False
        self._in_cell = in_cell
        self._link_way = ""
        self._at_block_start = False

    # Lines and blocks

    def _at_blank(self) -> bool:
        return not self.out or self.out.endswith("\n")

    def _ensure_new_line(self) -> None:
        if not self._at_blank():
            self.out += "\n"

    def _flush_close(self, size: int = 2) -> None:
        if self._closed is None:
            return
        self._ensure_new_line()
        self.out += (self._delim.rstrip() + "\n") * (size - 1)
        self._closed = None

    def _write(self, text: str = "") -> None:
        self._flush_close()
        if self._delim and self._at_blank():
            self.out += self._delim
        self.out += text

    def _raw(self, text: str) -> None:
        for place, line in enumerate(text.split("\n")):
            if place:
                self.out += "\n"
            self._write()
            # "!" before a link would make it a picture.
            if line.startswith("[") and re.search(r"(^|[^\\])!$", self.out[-2:]):
                self.out = self.out[:-1] + "\\!"
            self.out += line

    def _wrap(self, delim: str, first: str | None, node: Node, inside: Callable[[], None]) -> None:
        before = self._delim
        self._write(delim if first is None else first)
        self._delim += delim
        inside()
        self._delim = before
        self._closed = node

    def content(self, parent: Node) -> None:
        """The blocks of a node, one after the other."""
        for place, child in enumerate(parent.children):
            if isinstance(child, Node):
                self._block(child, parent, place)

    def _block(self, node: Node, parent: Node, place: int) -> None:
        if node.name == "paragraph":
            self._inline(node)
        elif node.name == "heading":
            self._write("#" * int(node.get("level", 1)) + " ")
            self._inline(node, from_start=False)
            self.out = re.sub(r"(^|\s)(#+)$", r"\1\\\2", self.out)
        elif node.name == "blockquote":
            self._wrap("> ", None, node, lambda: self.content(node))
            return
        elif node.name == "codeBlock":
            self._code(node)
        elif node.name == "horizontalRule":
            self._write("---")
        elif node.name in ("bulletList", "orderedList"):
            self._list(node, parent, place)
            return
        elif node.name == "listItem":
            self._item(node)
            return
        elif node.name == "table":
            self._table(node)
        else:
            self.content(node)
            return
        self._closed = node

    def _code(self, node: Node) -> None:
        info = str(node.get("language", ""))
        sign = "~" if "`" in info else "`"
        fence = sign * max(3, _longest(node.text, sign) + 1)
        self._write(f"{fence}{info}\n")
        self._raw(node.text)
        self._write("\n" if node.text else "")
        self._write(fence)

    def _list(self, node: Node, parent: Node, place: int) -> None:
        turn = 0
        while place - turn > 0 and is_named(parent.children[place - turn - 1], node.name):
            turn += 1
        if node.name == "bulletList":
            sign = "-*"[turn % 2]
            self._items(node, "  ", lambda number: f"{sign} ")
            return
        start = int(node.get("start", 1))
        width = len(str(start + len(node.children) - 1)) + 2
        mark = ".)"[turn % 2]
        self._items(node, " " * width, lambda number: f"{start + number}{mark} ")

    def _items(self, node: Node, delim: str, first: Callable[[int], str]) -> None:
        if self._closed is not None and self._closed.name == node.name:
            self._flush_close(3)
        elif self._in_tight_list:
            self._flush_close(1)
        is_tight = bool(node.get("tight", True))
        before, self._in_tight_list = self._in_tight_list, is_tight
        for number, child in enumerate(node.children):
            if not isinstance(child, Node):
                continue
            if number and is_tight:
                self._flush_close(1)
            self._wrap(delim, first(number), node, lambda child=child: self._item(child))  # type: ignore[misc]
        self._in_tight_list = before

    def _item(self, node: Node) -> None:
        checked = node.get("checked")
        if checked is not None:
            self._write("[x] " if checked else "[ ] ")
        self.content(node)

    def _table(self, node: Node) -> None:
        rows = [
            [self._cell(cell) for cell in row.children if isinstance(cell, Node)]
            for row in node.children
            if isinstance(row, Node)
        ]
        if not rows:
            return
        size = max(1, max(map(len, rows)))
        head = [cell for cell in node.children[0].children if isinstance(cell, Node)]  # type: ignore[union-attr]
        sides = [str(cell.get("align", "")) for cell in head] + [""] * size
        rule = [
            {"left": ":---", "right": "---:", "center": ":---:"}.get(side, "---") for side in sides[:size]
        ]
        for place, row in enumerate([rows[0], rule, *rows[1:]]):
            if place:
                self._ensure_new_line()
            self._write(f"| {' | '.join([*row, *[''] * (size - len(row))])} |")

    def _cell(self, cell: Node) -> str:
        apart = _Writer(in_cell=True)
        inner = cell.children[0] if cell.children and isinstance(cell.children[0], Node) else cell
        apart._inline(inner, from_start=False)
        return apart.out.replace("\n", " ").replace("|", "\\|").strip()

    # Inside a block

    def _inline(self, parent: Node, *, from_start: bool = True) -> None:
        self._at_block_start = from_start
        active: list[Mark] = []
        trailing = ""
        children = parent.children
        for place in range(len(children) + 1):
            node = children[place] if place < len(children) else None
            marks = marks_at(children, place)
            code = bool(marks) and marks[-1].name == "code"
            count = len(marks) - code
            marks = reordered(marks, active, count)
            keep = 0
            while keep < min(len(active), count) and marks[keep] == active[keep]:
                keep += 1
            leading, trailing = trailing, ""
            text = node.text if isinstance(node, Words) else None
            if text is not None:
                lead, text, trailing = expelled(text, marks, active[:keep], children, place)
                leading += lead
                if not text:
                    node, marks = None, list(active)
            if node is not None or place == len(children):
                while keep < len(active):
                    self._raw(self._sign(active.pop(), False, parent, place))
            if leading:
                self._words(leading)
            if node is None:
                continue
            while len(active) < count:
                active.append(marks[len(active)])
                self._raw(self._sign(active[-1], True, parent, place))
                self._at_block_start = False
            if code and isinstance(node, Words):
                self._raw(_ticks(node, -1) + str(text) + _ticks(node, 1))
            else:
                self._leaf(node, str(text), parent, place)
            self._at_block_start = False
        self._at_block_start = False

    def _words(self, text: str) -> None:
        """Spaces put before or behind a mark."""
        self._write()
        self.out += text

    def _leaf(self, node: Node | Words, text: str, parent: Node, place: int) -> None:
        if isinstance(node, Words):
            if self._link_way:
                self._raw(text)
                return
            at_start = self._at_block_start or (self._at_blank() and not self._in_cell)
            self._write()
            # A line end inside of words would begin a block of its own.
            self.out += _escape(text.replace("\n", " "), at_start)
        elif node.name == "hardBreak":
            if parent.name == "heading" or self._in_cell:
                self._write(" ")
            elif any(not is_named(one, "hardBreak") for one in parent.children[place + 1 :]):
                self._write("\n")
        elif node.name == "image":
            alt = escape_words(str(node.get("alt", "")))
            self._write(f"![{alt}]({_target(str(node.get('src', '')))}{_title(node.get('title'))})")
        elif node.name == "mention":
            label = re.sub(r"[\[\]\\\n]", "", str(node.get("label", "")))
            self._write(f"@[{label}](person:{node.get('id', '')})")

    def _sign(self, mark: Mark, is_open: bool, parent: Node, place: int) -> str:
        if mark.name != "link":
            return _SIGNS.get(mark.name, "")
        if is_open:
            self._link_way = self._way(mark, parent.children, place)
            return {"bare": "", "angle": "<"}.get(self._link_way, "[")
        way, self._link_way = self._link_way, ""
        href = str(mark.get("href") or "")
        return {"bare": "", "angle": ">"}.get(way, f"]({_target(href)}{_title(mark.get('title'))})")

    def _way(self, mark: Mark, children: Sequence[Node | Words], place: int) -> str:
        """Whether a link may stand as its bare address, or within angle brackets."""
        child = children[place]
        following = children[place + 1] if place + 1 < len(children) else None
        goes_on = following is not None and mark in following.marks
        if not isinstance(child, Words) or mark.get("title") or child.marks[-1] != mark or goes_on:
            return ""
        after = " "
        if isinstance(following, Words):
            after = following.text[:1]
        elif following is not None and following.name != "hardBreak":
            after = "x"
        text, href = child.text, mark.get("href")
        if mark.get("bare") and _AFTER_BARE.match(after) and parser().normalizeLink(text) == href:
            rest = markdown_rules.trim_address(text + after.strip())
            if rest == text:
                return "bare"
        is_address = re.fullmatch(r"\w[\w+.-]+:[^\s<>]+", text) is not None
        return "angle" if text == href and is_address else ""
