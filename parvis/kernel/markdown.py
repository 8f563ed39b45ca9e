"""Markdown, the stored source of every text: rendering, mentions, tags, excerpts.

Not here: the parser's rules (kernel.markdown_rules), the HTML allow-list (kernel.sanitise), HTML to Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from parvis.kernel import ids, markdown_rules, sanitise

RENDERER_VERSION = 1  # add one when the HTML or text of an unchanged source changes: caches are then rebuilt

MAX_SOURCE = 200_000  # characters; longer texts are shown as plain paragraphs
MAX_BRACKETS = 8_000  # each unclosed [ makes the parser look ahead to the end
EXCERPT_LENGTH = 280

_MENTION_HTML = re.compile(
    r'<a class="mention" href="/people/([0-9a-z]{13})/" data-person="([0-9a-z]{13})">@\2</a>'
)
_MENTION_TEXT = re.compile(r"@([0-9a-z]{13})(?![0-9a-z])")
_NOT_IN_NAME = re.compile(r"[\[\]\\\n\r<>]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a text: its level in the page (3 to 6) and its words."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """Everything the house derives from one Markdown source. All of it is a cache of `RENDERER_VERSION`."""

    html: str
    text: str
    excerpt: str
    mentions: tuple[int, ...]  # ids of people, in order, without repeats
    tags: tuple[str, ...]  # folded words, in order, without repeats
    links: tuple[str, ...]  # external addresses, in order, without repeats
    files: tuple[int, ...]  # ids of the stored files shown or linked
    headings: tuple[Heading, ...]


@cache
def _parser() -> MarkdownIt:
    return markdown_rules.build()


def render(source: str) -> Rendered:
    """Turns a Markdown source into safe HTML and its by-products. Never raises, whatever the text.

    Mentions show ids until `fill_names` puts the readers' names in. A text too long or too tangled to be parsed
    in about a second is shown as plain paragraphs.
    """
    source = sanitise.strip_controls(source)
    if len(source) > MAX_SOURCE or source.count("[") > MAX_BRACKETS:
        return _render_plain(source)
    parser = _parser()
    tokens = parser.parse(source)
    html = sanitise.finish(parser.renderer.render(tokens, parser.options, {}))
    text = _plain_text(tokens)
    inline = [child for token in tokens for child in token.children or []]
    targets = [str(token.attrs.get("href" if token.type == "link_open" else "src", "")) for token in inline]
    return Rendered(
        html=html,
        text=text,
        excerpt=excerpt(text),
        mentions=tuple(
            dict.fromkeys(ids.decode(token.content) for token in inline if token.type == "mention")
        ),
        tags=tuple(dict.fromkeys(str(token.meta["tag"]) for token in inline if token.type == "tag")),
        links=tuple(dict.fromkeys(target for target in targets if sanitise.is_external(target))),
        files=tuple(dict.fromkeys(_file_ids(targets))),
        headings=_headings(tokens),
    )


def _file_ids(targets: Sequence[str]) -> list[int]:
    found = []
    for target in targets:
        if sanitise.is_own_file(target):
            try:
                found.append(ids.decode(target.split("/")[2]))
            except ValueError:
                continue
    return found


def _headings(tokens: Sequence[Token]) -> tuple[Heading, ...]:
    found = []
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            text = " ".join(markdown_rules.plain_inline(content.children or []).split())
            if text:
                found.append(Heading(int(token.tag[1]), text))
    return tuple(found)


def _plain_text(tokens: Sequence[Token]) -> str:
    """Blocks separated by a blank line, items and rows by a line end, cells by a space."""
    parts: list[str] = []
    tight = 0
    for token in tokens:
        if token.type == "inline":
            parts.append(markdown_rules.plain_inline(token.children or []))
        elif token.type in {"fence", "code_block"}:
            parts.append(token.content.rstrip("\n") + "\n\n")
        elif token.type in {"bullet_list_open", "ordered_list_open", "table_open"}:
            tight += 1
            parts.append("\n")
        elif token.type in {"bullet_list_close", "ordered_list_close", "table_close"}:
            tight -= 1
            parts.append("\n")
        elif token.type in {"td_close", "th_close"}:
            parts.append(" ")
        elif token.type in {"paragraph_close", "heading_close", "tr_close"}:
            parts.append("\n" if tight else "\n\n")
    text = re.sub(r"[ \t]+\n", "\n", "".join(parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n ")


def _render_plain(source: str) -> Rendered:
    paragraphs = [part for part in re.split(r"\n\s*\n", source) if part.strip()]
    html = "".join(
        f"<p>{'<br>'.join(escape(part.strip(), quote=False).split(chr(10)))}</p>\n" for part in paragraphs
    )
    text = source.strip()
    return Rendered(html, text, excerpt(text), (), (), (), (), ())


def excerpt(text: str, length: int = EXCERPT_LENGTH) -> str:
    """The beginning of a plain text on one line, at most `length` characters, cut at a word with an ellipsis."""
    line = re.sub(r"[ \t\n]+", " ", text[: length * 8]).strip()
    if len(line) <= length:
        return line
    cut = line.rfind(" ", 0, length)
    return line[: cut if cut > length // 2 else length - 1].rstrip(" ,;:.–—-") + "…"


def canonical(source: str) -> str:
    """The source as it is stored: mentions hold ids only, so that a rename or an erasure reaches every text."""
    return markdown_rules.MENTION.sub(r"@[](person:\2)", source)


def with_names(source: str, names: Mapping[int, str]) -> str:
    """The source as it is edited: each mention shows its person's name where `names` has it."""

    def name_of(match: re.Match[str]) -> str:
        name = _NOT_IN_NAME.sub("", names.get(_decoded(match[2]), ""))[:200]
        return f"@[{name}](person:{match[2]})"

    return markdown_rules.MENTION.sub(name_of, source)


def mentions_in(source: str) -> tuple[int, ...]:
    """The ids of people a source mentions, code blocks included; cheaper than `render`."""
    found = [_decoded(match[2]) for match in markdown_rules.MENTION.finditer(source)]
    return tuple(dict.fromkeys(key for key in found if key >= 0))


def fill_names(html: str, names: Mapping[int, str], missing: str = "…") -> str:
    """Puts names into rendered HTML, escaped; a person not in `names` (erased) becomes `missing`, without a link."""

    def filled(match: re.Match[str]) -> str:
        name = names.get(_decoded(match[1]))
        if name is None:
            return f'<span class="mention">@{escape(missing)}</span>'
        return f'<a class="mention" href="/people/{match[1]}/" data-person="{match[1]}">@{escape(name)}</a>'

    return _MENTION_HTML.sub(filled, html)


def fill_names_in_text(text: str, names: Mapping[int, str], missing: str = "…") -> str:
    """Puts names into the plain text or excerpt of a rendering; the result is text, still to be escaped."""
    return _MENTION_TEXT.sub(lambda match: f"@{names.get(_decoded(match[1]), missing)}", text)


def mentions_in_text(text: str) -> tuple[int, ...]:
    """The ids of people that the plain text, excerpt or HTML of a rendering still holds as tokens."""
    found = [_decoded(match[1]) for match in (*_MENTION_TEXT.finditer(text), *_MENTION_HTML.finditer(text))]
    return tuple(dict.fromkeys(key for key in found if key >= 0))


def _decoded(text: str) -> int:
    try:
        return ids.decode(text)
    except ValueError:
        return -1
