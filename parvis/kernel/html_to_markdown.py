"""Turns foreign HTML into Markdown without visible loss, and says what could not be kept.

Not here: escaping and inline writing (kernel.markdown_writer), the allow-list (kernel.sanitise).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from parvis.kernel import sanitise
from parvis.kernel.markdown_rules import MAX_NESTING
from parvis.kernel.markdown_writer import CODE, EM, STRIKE, STRONG, Link, Run, inline

_MARKS = {
    **dict.fromkeys(("strong", "b"), STRONG),
    **dict.fromkeys(("em", "i", "cite", "u", "ins"), EM),  # Markdown has no underline: emphasis stands for it
    **dict.fromkeys(("s", "del", "strike"), STRIKE),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), CODE),
}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_STRUCTURE = _HEADINGS | _LISTS | {"li", "blockquote", "pre", "table", "hr", "dl"}
_BLOCKS = _STRUCTURE | frozenset(
    """p div section article header footer main aside details summary center address figure figcaption caption
    dt dd tr td th thead tbody tfoot""".split()  # noqa: SIM905
)
# A list costs the parser two levels and a quote one; what lies deeper is written at this depth, or would be lost.
_MAX_DEPTH = MAX_NESTING - 8


@dataclass(frozen=True, slots=True)
class Report:
    """What a conversion changed; each list in the order of the text."""

    images: tuple[str, ...] = ()  # addresses of remote pictures, now links
    embeds: tuple[str, ...] = ()  # addresses of films, sounds and frames, now links
    refused_links: tuple[
        str, ...
    ] = ()  # addresses (or, of unreadable ones, the words) of links whose words stay
    mended_links: tuple[str, ...] = ()  # what unreadable addresses became, after the host their words name
    underlined: int = 0  # stretches written as emphasis

    def __bool__(self) -> bool:
        return bool(self.images or self.embeds or self.refused_links or self.mended_links or self.underlined)


@dataclass(frozen=True, slots=True)
class Converted:
    """A Markdown source and what happened on the way."""

    markdown: str
    report: Report


@dataclass(slots=True)
class _Notes:
    images: list[str] = field(default_factory=list)
    embeds: list[str] = field(default_factory=list)
    refused_links: list[str] = field(default_factory=list)
    mended_links: list[str] = field(default_factory=list)
    underlined: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    kind: str
    text: str
    is_first_child_safe: bool = True  # a list that may follow a line of text without a blank line


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: marks and link in force, depth of lists and quotes."""

    marks: frozenset[str] = frozenset()
    link: Link | None = None
    depth: int = 0


def convert(html: str) -> Converted:
    """The Markdown whose rendering has the text, links, list items, headings and quotes of `html`. Never raises.

    Remote pictures and embeds become links named by their alternative text or host; the report lists them.
    """
    soup = sanitise.parse_foreign(html)
    notes = _Notes()
    _replace_media(soup, notes)
    blocks = _blocks(soup, _Place(), notes)
    report = Report(
        images=tuple(notes.images),
        embeds=tuple(notes.embeds),
        refused_links=tuple(notes.refused_links),
        mended_links=tuple(notes.mended_links),
        underlined=notes.underlined,
    )
    return Converted(_join(blocks), report)


def _replace_media(soup: BeautifulSoup, notes: _Notes) -> None:
    for thing in soup.find_all(["img", "iframe", "video", "audio"]):
        listed = notes.images if thing.name == "img" else notes.embeds
        source = str(thing.get("src") or "")
        outer = thing.find_parent("a")
        address = sanitise.replace_by_link(soup, thing)
        listed.append(address or source)
        if outer is not None and address and str(outer.get("href") or "") != address:
            # The link around keeps its own target; the picture gets a link of its own behind it.
            link = soup.new_tag("a", attrs={"href": address, "data-link": "1"})
            link.string = sanitise.host_of(address)
            outer.insert_after(NavigableString(" "), link)


def _blocks(parent: Tag, place: _Place, notes: _Notes) -> list[_Block]:
    """The blocks of an element's children, in order; loose words between blocks become paragraphs."""
    blocks: list[_Block] = []
    loose: list[Run] = []

    def flush() -> None:
        blocks.extend(_paragraphs(loose))
        loose.clear()

    for child in parent.children:
        if isinstance(child, Tag) and _is_block(child):
            flush()
            blocks.extend(_block(child, place, notes, blocks[-1].text if blocks else ""))
        elif isinstance(child, Tag) and child.name != "a" and child.find(_is_block):
            flush()
            blocks.extend(_blocks(child, _marked(child, place, notes), notes))
        else:
            _collect(child, place, loose, notes)
    flush()
    return blocks


def _is_block(tag: Tag) -> bool:
    return tag.name in _BLOCKS


def _block(tag: Tag, place: _Place, notes: _Notes, before: str) -> list[_Block]:
    name = tag.name
    if name in _HEADINGS:
        return _heading(tag, place, notes)
    if name in _LISTS or name == "li":
        if place.depth + 2 > _MAX_DEPTH:
            return _blocks(tag, place, notes)
        return _list(tag, place, notes, before)
    if name == "blockquote":
        if place.depth + 1 > _MAX_DEPTH:
            return _blocks(tag, place, notes)
        inside = _join(_blocks(tag, replace(place, depth=place.depth + 1), notes))
        return [_Block("quote", "\n".join(f"> {line}".rstrip() for line in inside.split("\n")))]
    if name == "pre":
        return _preformatted(tag)
    if name == "hr":
        return [_Block("rule", "___")]  # never `---`: after a line of text that would be a heading
    if name == "table":
        return _table(tag, place, notes)
    if name == "dt":
        return _blocks(tag, replace(place, marks=place.marks | {STRONG}), notes)
    return _blocks(tag, place, notes)


def _paragraphs(runs: Iterable[Run]) -> list[_Block]:
    """One paragraph a stretch; two line breaks or more in a row part them."""
    stretches: list[list[Run]] = [[]]
    breaks = 0
    for run in runs:
        if run.text == "\n":
            breaks += 1
            stretches[-1].append(run)
            continue
        if not run.text.strip(" \t\n\u00a0"):
            stretches[-1].append(run)
            continue
        if breaks > 1 and run.link is None:
            stretches.append([])
        breaks = 0
        stretches[-1].append(run)
    written = [inline(stretch) for stretch in stretches]
    return [_Block("paragraph", text) for text in written if text.strip()]


def _heading(tag: Tag, place: _Place, notes: _Notes) -> list[_Block]:
    runs: list[Run] = []
    rest: list[_Block] = []
    for child in list(tag.children):
        holds_blocks = isinstance(child, Tag) and (child.name in _STRUCTURE or child.find(list(_STRUCTURE)))
        if rest or holds_blocks:
            wrapper = BeautifulSoup("", "html.parser")
            wrapper.append(child.extract())
            rest.extend(_blocks(wrapper, place, notes))
        else:
            _collect(child, place, runs, notes)
    text = inline([replace(run, text=run.text.replace("\n", " ")) for run in runs])
    text = re.sub(r"(#+)\Z", r"\\\1", text)  # or a closing sequence would be dropped
    return [_Block("heading", f"{'#' * int(tag.name[1])} {text}".rstrip()), *rest]


def _list(tag: Tag, place: _Place, notes: _Notes, before: str) -> list[_Block]:
    """A list; words outside its items join the item before them, or stand before the list."""
    inner = replace(place, depth=place.depth + 2)
    items: list[list[_Block]] = []
    stray: list[_Block] = []
    for child in [tag] if tag.name == "li" else list(tag.children):
        if isinstance(child, Tag) and child.name == "li":
            items.append(_blocks(child, inner, notes))
            continue
        wrapper = BeautifulSoup("", "html.parser")
        wrapper.append(child.extract())
        found = _blocks(wrapper, inner if items else place, notes)
        (items[-1] if items else stray).extend(found)
    if not items:
        return stray
    return [*stray, _write_list(items, _first_number(tag), stray[-1].text if stray else before)]


def _first_number(tag: Tag) -> int | None:
    """None for bullets, else the number of the first item."""
    if tag.name != "ol":
        return None
    start = str(tag.get("start") or "1")
    return int(start) if re.fullmatch(r"\d{1,8}", start) else 1


def _write_list(items: list[list[_Block]], number: int | None, before: str) -> _Block:
    """Beside a list with the same marker the other one is used, or the parser would join the two."""
    if number is None:
        # Nor may an item begin with its list's own sign: `- - -` is a rule.
        taken = {before[:1]} | {blocks[0].text[:1] for blocks in items if blocks}
        sign = next((choice for choice in "-*+" if choice not in taken), "-")
    else:
        sign = ")" if re.match(r"\d+\.", before) else "."
    is_tight = all(_is_tight(blocks) for blocks in items)
    lines: list[str] = []
    for index, blocks in enumerate(items):
        marker = f"{sign} " if number is None else f"{number + index}{sign} "
        text = ("\n" if is_tight else "\n\n").join(block.text for block in blocks)
        indent = " " * len(marker)
        body = "\n".join(f"{indent}{line}" if line else "" for line in text.split("\n"))
        lines.append(f"{marker}{body[len(indent) :]}".rstrip())
    starts_plainly = number in (None, 1) and bool(items[0])
    return _Block("list", ("\n" if is_tight else "\n\n").join(lines), starts_plainly)


def _is_tight(blocks: list[_Block]) -> bool:
    """At most a line of text and lists under it: the item needs no blank lines."""
    if not blocks:
        return True
    if blocks[0].kind != "paragraph":
        return len(blocks) == 1 and blocks[0].kind == "heading"
    return len(blocks) == 1 or (
        len(blocks) == 2 and blocks[1].kind == "list" and blocks[1].is_first_child_safe
    )


def _preformatted(tag: Tag) -> list[_Block]:
    text = tag.get_text().strip("\n")
    longest = max((len(ticks) for ticks in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [_Block("code", f"{fence}\n{text}\n{fence}")] if text.strip() else []


def _table(tag: Tag, place: _Place, notes: _Notes) -> list[_Block]:
    """A table of plain cells; one used for layout, or with lists and the like in its cells, is unrolled."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in tag.find_all("tr")]
    rows = [cells for cells in rows if cells]
    width = max((len(cells) for cells in rows), default=0)
    is_plain = not tag.find(list(_STRUCTURE)) and all(
        cell.find_parent("table") is tag for row in rows for cell in row
    )
    if not is_plain or width < 2 or len(rows) < 2:
        return [
            block for child in tag.find_all(True, recursive=False) for block in _unrolled(child, place, notes)
        ]
    written = [[_cell(cell, place, notes) for cell in row] + [""] * (width - len(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in written]
    caption = tag.find("caption")
    before = _blocks(caption, place, notes) if isinstance(caption, Tag) else []
    return [*before, _Block("table", "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]))]


def _unrolled(tag: Tag, place: _Place, notes: _Notes) -> list[_Block]:
    return _blocks(tag, place, notes)


def _cell(cell: Tag, place: _Place, notes: _Notes) -> str:
    runs: list[Run] = []
    _collect(cell, place, runs, notes)
    text = inline([replace(run, text=run.text.replace("\n", " ")) for run in runs])
    return text.replace("|", "\\|")


def _marked(tag: Tag, place: _Place, notes: _Notes) -> _Place:
    mark = _MARKS.get(tag.name)
    if tag.name in {"u", "ins"}:
        notes.underlined += 1
    return replace(place, marks=place.marks | {mark}) if mark else place


def _collect(node: object, place: _Place, runs: list[Run], notes: _Notes) -> None:
    """The runs of inline content; a block met inside (in a link, a heading, a cell) is set apart by a space."""
    if isinstance(node, Tag):
        if node.name == "br":
            runs.append(Run("\n", place.marks, place.link))
            return
        inner = _marked(node, place, notes)
        if node.name == "a":
            inner = replace(inner, link=_link(node, notes))
        apart = node.name in _BLOCKS
        if apart:
            runs.append(Run(" "))
        for child in node.children:
            _collect(child, inner, runs, notes)
        if apart:
            runs.append(Run(" "))
    elif type(node) is NavigableString:
        text = re.sub(r"[ \t\n\r\f]+", " ", str(node))
        runs.append(Run(text, place.marks, place.link))


def _link(tag: Tag, notes: _Notes) -> Link | None:
    if not tag.has_attr("data-link"):
        return None
    href = sanitise.address_of(tag)
    # A path of the site the text comes from would lead nowhere here.
    if not href or href.startswith("/"):
        notes.refused_links.append(str(tag.get("href") or "") or " ".join(tag.get_text().split()))
        return None
    if not tag.has_attr("href"):
        notes.mended_links.append(href)
    notes.links += 1
    return Link(href, notes.links)


def _join(blocks: list[_Block]) -> str:
    return "\n\n".join(block.text for block in blocks)
