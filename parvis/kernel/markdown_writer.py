"""Writes Markdown that renders to exactly the text, links and emphasis asked for: escaping, inline runs, plain text.

Not here: reading HTML (kernel.html_to_markdown) nor rendering (kernel.markdown).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from parvis.kernel import markdown_rules, sanitise

STRONG, EM, STRIKE, CODE = "strong", "em", "s", "code"
_SPACE = " \t\n\u00a0\u202f\u2009\u2007\u2002\u2003"

_INLINE_SPECIAL = re.compile(
    r"[\\`*\[\]]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside a word is harmless
    r"|~(?=~)|(?<=~)~"
    r"|<(?=[a-zA-Z])"
    r"|&(?=#?\w+;)"
    r"|#(?=[^\W_])"
    r"|!(?=\[|\Z)"
)
_ADDRESS_COLON = re.compile(r"(?i)(?<=http|ttps):(?=//)")
_LINE_SPECIAL = re.compile(r"(?:[-+>|=]|#{1,6}(?=\s|\Z)|:(?=-)|\d{1,9}(?P<mark>[.)])(?=\s|\Z))")
_BLANKS = re.compile(r"([ \t]*\n[ \t\n]*|[ \t]+|[\u00a0\u202f\u2009\u2007\u2002\u2003]+)")
_NOT_PLAIN = frozenset({"mention", "tag", "em_open", "strong_open", "s_open", "code_inline", "image"})
_ANY_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BARE = re.compile(r"(?i)(?<![^\W_])https?://[^\s<>\[\]\\`\"«»“”|]{3,2000}")


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a text; two links to the same place stay two."""

    href: str
    number: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text under the same marks; "\\n" in it is a line break."""

    text: str
    marks: frozenset[str] = frozenset()
    link: Link | None = None


@cache
def _parser() -> MarkdownIt:
    return markdown_rules.build()


def escape(text: str, *, at_line_start: bool = False, in_link: bool = False) -> str:
    """One line of text as Markdown that shows it literally: no emphasis, tag, mention, address or list."""
    escaped = _INLINE_SPECIAL.sub(lambda match: "\\" + match[0], text)
    if not in_link:
        escaped = _ADDRESS_COLON.sub(r"\\:", escaped)
    return _escape_line_start(escaped) if at_line_start else escaped


def _escape_line_start(line: str) -> str:
    match = _LINE_SPECIAL.match(line)
    if not match:
        return line
    at = match.start("mark") if match["mark"] else 0
    return f"{line[:at]}\\{line[at:]}"


def from_plain(text: str) -> str:
    """Plain text as Markdown with the same words and line breaks; addresses in it become links, nothing else does."""
    lines = [re.sub(r"[ \t]+", " ", line).strip(_SPACE) for line in sanitise.strip_controls(text).split("\n")]
    paragraphs = ["\n".join(group) for is_text, group in groupby(lines, key=bool) if is_text]
    return "\n\n".join(_plain_paragraph(paragraph) for paragraph in paragraphs)


def _plain_paragraph(paragraph: str) -> str:
    lines = paragraph.split("\n")
    for write in (_plain_line, lambda line: escape(line, at_line_start=True), escape_all):
        written = "\n".join(write(line) for line in lines)
        children = _only_paragraph(written)
        is_same = children is not None and markdown_rules.plain_inline(children) == paragraph
        if is_same and not any(token.type in _NOT_PLAIN for token in children or []):
            return written
    return written


def _plain_line(line: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _BARE.finditer(line):
        address = markdown_rules.trim_address(match[0])
        if sanitise.is_safe_link(address):
            parts += [escape(line[end : match.start()]), address]
            end = match.start() + len(address)
    return _escape_line_start("".join(parts) + escape(line[end:]))


def escape_all(text: str) -> str:
    """The text with every ASCII punctuation mark escaped: unreadable, but never anything but text."""
    return _ANY_PUNCTUATION.sub(r"\\\1", text)


def inline(runs: Iterable[Run]) -> str:
    """Marked runs as inline Markdown, checked by parsing it back; marks that cannot be written are given up,
    text and links never."""
    wanted = _tidy(runs)
    if not wanted:
        return ""
    expected = _essence(wanted)
    for candidate in _candidates(wanted):
        children = _only_paragraph(candidate)
        if children is not None and _essence(_runs_of(children)) == expected:
            return candidate
    bare = [replace(run, marks=frozenset()) for run in wanted]
    written = _write(bare, em="*", order=())
    children = _only_paragraph(written)
    if children is not None and _essence(_runs_of(children)) == _essence(bare):
        return written
    return _write(bare, em="*", order=(), escape_everything=True)


def _candidates(runs: list[Run]) -> Iterator[str]:
    yield _write(runs, em="*", order=(STRONG, STRIKE, EM))
    yield _write(runs, em="_", order=(STRONG, STRIKE, EM))
    yield _write(runs, em="_", order=(EM, STRIKE, STRONG))
    inner = _tidy(_marks_on_words_only(runs))
    yield _write(inner, em="*", order=(STRONG, STRIKE, EM))
    yield _write(inner, em="_", order=(EM, STRIKE, STRONG))
    simple = [replace(run, marks=run.marks - {EM} if STRONG in run.marks else run.marks) for run in inner]
    yield _write(_tidy(simple), em="*", order=(STRONG, STRIKE, EM))


def _tidy(runs: Iterable[Run]) -> list[Run]:
    """Adjacent equal runs joined, spaces collapsed, none at the ends nor around line breaks; spaces carry no marks
    at the edge of a marked stretch."""
    parts: list[Run] = []
    for run in runs:
        for text in _BLANKS.split(run.text):
            if not text:
                continue
            before = parts[-1].text if parts else "\n"
            if text.strip(_SPACE):
                parts.append(replace(run, text=text))
            elif "\n" in text:
                while parts and not parts[-1].text.strip(_SPACE):
                    parts.pop()
                if parts:
                    parts.append(replace(run, text="\n"))
            elif text.strip(" \t"):  # no-break spaces are part of the text, but not at the ends of a line
                if before != "\n":
                    parts.append(replace(run, text=text))
            elif before not in {" ", "\n"}:
                parts.append(replace(run, text=" "))
    while parts and not parts[-1].text.strip(_SPACE):
        parts.pop()
    joined: list[Run] = []
    for part in parts:
        if joined and (joined[-1].marks, joined[-1].link) == (part.marks, part.link):
            joined[-1] = replace(part, text=joined[-1].text + part.text)
        else:
            joined.append(part)
    return joined


def _marks_on_words_only(runs: list[Run]) -> Iterator[Run]:
    """Punctuation at the edges leaves the emphasis: `**word :**text` would not be read as strong."""
    for run in runs:
        match = re.fullmatch(r"([\W_]*)(.*?)([\W_]*)", run.text, re.DOTALL)
        if not match or not run.marks - {CODE} or CODE in run.marks:
            yield run
            continue
        for text, marks in (
            (match[1], frozenset[str]()),
            (match[2], run.marks),
            (match[3], frozenset[str]()),
        ):
            if text:
                yield replace(run, text=text, marks=marks)


def _write(runs: Sequence[Run], *, em: str, order: tuple[str, ...], escape_everything: bool = False) -> str:
    signs = {STRONG: "**", STRIKE: "~~", EM: em}

    def nested(part: Sequence[Run], marks: tuple[str, ...]) -> str:
        if not marks:
            return "".join(_write_text(run, escape_everything) for run in part)
        written = []
        for is_marked, group in groupby(part, key=lambda run: marks[0] in run.marks):
            text = nested(list(group), marks[1:])
            written.append(_wrap(text, signs[marks[0]]) if is_marked else text)
        return "".join(written)

    parts = []
    for link, group in groupby(runs, key=lambda run: run.link):
        members = list(group)
        text = nested(members, order)
        if link is None:
            parts.append(text)
            continue
        inside = text.strip(_SPACE)
        before, after = text[: len(text) - len(text.lstrip(_SPACE))], text[len(text.rstrip(_SPACE)) :]
        plain = "".join(run.text for run in members).strip(_SPACE)
        short = (
            plain == link.href and not any(run.marks for run in members) and not plain.startswith("mailto:")
        )
        parts.append(before + (f"<{plain}>" if short else f"[{inside}]({_destination(link.href)})") + after)
    return "\n".join(_escape_line_start(line) for line in "".join(parts).split("\n"))


def _wrap(text: str, sign: str) -> str:
    inside = text.strip(_SPACE)
    if not inside:
        return text
    before, after = text[: len(text) - len(text.lstrip(_SPACE))], text[len(text.rstrip(_SPACE)) :]
    return f"{before}{sign}{inside}{sign}{after}"


def _write_text(run: Run, escape_everything: bool) -> str:
    if CODE in run.marks and "`" not in run.text.strip() and run.text.strip(_SPACE) and not escape_everything:
        return _wrap(run.text.replace("\n", " "), "`")
    if escape_everything:
        return escape_all(run.text)
    return "\n".join(escape(line, in_link=run.link is not None) for line in run.text.split("\n"))


def _destination(href: str) -> str:
    href = re.sub(r"&(?=#?\w+;)", r"\\&", href)
    return f"<{href}>" if re.search(r"[()]", href) else href


def _only_paragraph(written: str) -> list[Token] | None:
    """The inline tokens of a Markdown that must be one paragraph; None when it is anything else."""
    tokens = _parser().parse(written)
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    return tokens[1].children or []


def _runs_of(children: Sequence[Token]) -> list[Run]:
    runs: list[Run] = []
    marks: set[str] = set()
    link: Link | None = None
    names = {"strong": STRONG, "em": EM, "s": STRIKE}
    for number, token in enumerate(children):
        name, _, side = token.type.rpartition("_")
        if token.type == "link_open":
            link = Link(str(token.attrs.get("href", "")), number)
        elif token.type == "link_close":
            link = None
        elif name in names and side in {"open", "close"}:
            marks = marks | {names[name]} if side == "open" else marks - {names[name]}
        else:
            found = marks | {CODE} if token.type == "code_inline" else marks
            # A tag or mention in text that held none is a fault: make it visible to the comparison.
            text = "\0" if token.type in {"tag", "mention", "image"} else markdown_rules.plain_inline([token])
            runs.append(Run(text, frozenset(found), link))
    return runs


def _essence(runs: Iterable[Run]) -> tuple[list[tuple[str, frozenset[str]]], list[tuple[str, str]]]:
    """What must survive: every character, marks of letters and digits, each link with its address and words."""
    letters: list[tuple[str, frozenset[str]]] = []
    links: dict[Link, str] = {}
    for run in runs:
        text = run.text.replace("\n", " ") if CODE in run.marks else run.text
        for letter in text:
            marks = run.marks if letter.isalnum() and letter not in _SPACE else frozenset[str]()
            letters.append((letter, marks))
        if run.link is not None:
            links[run.link] = links.get(run.link, "") + text
    normalise = _parser().normalizeLink
    return letters, [(normalise(link.href), words.strip(_SPACE)) for link, words in links.items()]
