"""Blocks of Markdown as what a PDF is set from. Only inside the sandbox, like its caller (typesetting).

No text reaches the library's little markup language unescaped. Not here: pages, contents, numbers (typesetting).
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from markdown_it.token import Token
from PIL import Image as Picture
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    Image,
    Indenter,
    ListFlowable,
    ListItem,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
    XPreformatted,
)

FONTS = Path(__file__).parent / "fonts"
FONT = "Inter"
MONO = "Courier"
INK, MUTED, FAINT, LINK = (HexColor(one) for one in ("#1b1f29", "#555b68", "#636875", "#2151af"))
LINE, SUNKEN = HexColor("#d5d9e0"), HexColor("#f1f2f6")
KEY = re.compile(r"/files/([0-9a-z]{13})/")
MOST_PIXELS = 12_000_000
CODE_LINE = 92  # characters
STAND_INS = {
    "\u202f": "\u00a0", "\u2011": "-", "\u2192": "->", "\u2190": "<-", "\u21d2": "=>", "\u2713": "v", "\u2714": "v",
    "\u2717": "x", "\u2610": "[ ]", "\u2611": "[x]", "\u2265": ">=", "\u2264": "<=", "\u2260": "!=", "\t": " ", "\n": " ",
}  # fmt: skip


def load_fonts() -> None:
    """Registers the four cuts of the text's font."""
    cuts = ("regular", "bold", "oblique", "boldoblique")
    names = [FONT, f"{FONT}-Bold", f"{FONT}-Oblique", f"{FONT}-BoldOblique"]
    for name, cut in zip(names, cuts, strict=True):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO((FONTS / f"inter-{cut}.ttf").read_bytes())))
    pdfmetrics.registerFontFamily(FONT, *names)


@cache
def style(name: str) -> ParagraphStyle:
    """The look of one kind of block."""
    base: dict[str, Any] = {
        "fontName": FONT, "fontSize": 10, "leading": 15, "textColor": INK, "spaceAfter": 6, "splitLongWords": 1,
        "allowWidows": 0, "allowOrphans": 0,
    }  # fmt: skip
    bold = {"fontName": f"{FONT}-Bold", "keepWithNext": 1}
    looks: dict[str, dict[str, Any]] = {
        "title": {**bold, "fontSize": 21, "leading": 26, "spaceAfter": 3},
        "facts": {"fontSize": 8.5, "leading": 12, "textColor": MUTED, "spaceAfter": 0},
        "h3": {**bold, "fontSize": 14, "leading": 19, "spaceBefore": 12, "spaceAfter": 4},
        "h4": {**bold, "fontSize": 11.5, "leading": 16, "spaceBefore": 9, "spaceAfter": 3},
        "h5": {**bold, "spaceBefore": 7, "spaceAfter": 2},
        "h6": {**bold, "textColor": MUTED, "spaceBefore": 7, "spaceAfter": 2},
        "quote": {"textColor": MUTED, "leftIndent": 4},
        "tight": {"spaceAfter": 1},
        "cell": {"fontSize": 9, "leading": 12.5, "spaceAfter": 0},
        "head": {"fontName": f"{FONT}-Bold", "fontSize": 9, "leading": 12.5, "spaceAfter": 0},
        "caption": {"fontSize": 8.5, "leading": 12, "textColor": MUTED},
        "code": {"fontName": MONO, "fontSize": 8, "leading": 11, "backColor": SUNKEN, "borderPadding": 6, "spaceBefore": 8, "spaceAfter": 12},
    }  # fmt: skip
    if name.startswith("contents-"):
        level = int(name[-1])
        looks[name] = {
            "leftIndent": 12 * level,
            "spaceAfter": 2,
            "rightIndent": 18,
            "fontSize": 10 if not level else 9.5,
        }
    return ParagraphStyle(name, **{**base, **looks.get(name, {})})


def safe(text: str) -> str:
    """Text as the library's markup takes it: escaped, in letters that the font can draw."""
    return escape("".join(letter if letter in known() else _stand_in(letter) for letter in text))


@cache
def known() -> frozenset[str]:
    """The letters that the text's font can draw."""
    return frozenset(map(chr, pdfmetrics.getFont(FONT).face.charToGlyph))


def _stand_in(letter: str) -> str:
    """What stands for a letter that the font lacks: the same without its ornaments, a usual spelling, or "?"."""
    if letter in STAND_INS:
        return STAND_INS[letter]
    plain = unicodedata.normalize("NFKD", letter)[0]
    if plain in known():
        return plain
    return "" if unicodedata.category(letter) in ("Mn", "Cf", "Cc") else "?"


def unknown_letters(text: str) -> int:
    """How many letters of a text could only be drawn as "?"."""
    return sum(
        1 for letter in text if letter.isalpha() and letter not in known() and _stand_in(letter) == "?"
    )


def _code(text: str) -> str:
    """A block of code: lines that fit, in the typewriter's letters."""
    plain = text.rstrip("\n").replace("\t", "    ").replace("\u00a0", " ").replace("\u202f", " ")
    drawn = plain.encode("cp1252", "replace").decode("cp1252")
    lines = [
        line[place : place + CODE_LINE]
        for line in drawn.split("\n")
        for place in range(0, max(len(line), 1), CODE_LINE)
    ]
    return escape("\n".join(lines))


def _mono(text: str) -> str:
    """Code, in the typewriter where it has the letters."""
    plain = text.replace("\u202f", " ").replace("\u00a0", " ")
    try:
        plain.encode("cp1252")
    except UnicodeEncodeError:
        return f'<font color="#555b68">{safe(text)}</font>'
    return f'<font name="{MONO}" size="9">{escape(plain)}</font>'


class Blocks:
    """Sets the blocks of a text; names fill its mentions, pictures stand under their keys."""

    def __init__(self, names: dict[str, str], origin: str, pictures: dict[str, bytes], width: float) -> None:
        self.names = names
        self.origin = origin
        self.pictures = pictures
        self.width = width
        self.anchors = 0

    def flowables(
        self, tokens: Sequence[Token], *, outline: str = "", depth: int = 1, look: str = "body"
    ) -> Iterator[Flowable]:
        """What a sequence of blocks becomes, in order."""
        place = 0
        while place < len(tokens):
            token = tokens[place]
            end = _closing(tokens, place)
            inside = tokens[place + 1 : end]
            yield from self._block(token, inside, outline, depth, look)
            place = end + 1

    def _block(
        self, token: Token, inside: Sequence[Token], outline: str, depth: int, look: str
    ) -> Iterator[Flowable]:
        match token.type:
            case "heading_open":
                yield self._heading(token.tag, inside[0], outline, depth)
            case "paragraph_open":
                yield from self._paragraph(inside[0], "tight" if token.hidden and look == "body" else look)
            case "bullet_list_open" | "ordered_list_open":
                yield self._list(token, inside, look)
            case "blockquote_open":
                yield Indenter(left=14)
                yield from self.flowables(inside, depth=depth, look="quote")
                yield Indenter(left=-14)
            case "fence" | "code_block":
                yield XPreformatted(_code(token.content), style("code"))
            case "hr":
                yield HRFlowable(width="100%", thickness=0.6, color=LINE, spaceBefore=8, spaceAfter=8)
            case "table_open":
                yield from self._table(inside)
            case _:
                if inside:
                    yield from self.flowables(inside, depth=depth, look=look)

    def _heading(self, tag: str, inline: Token, outline: str, depth: int) -> Flowable:
        made = Paragraph(self.inline(inline.children or []) or "&nbsp;", style(tag))
        words = markdown_words(inline.children or [])
        if outline and words:
            self.anchors += 1
            made.outline_level = min(depth + int(tag[1]) - 3, 8)
            made.outline_key, made.outline_words = f"{outline}-{self.anchors}", words
        return made

    def _paragraph(self, inline: Token, look: str) -> Iterator[Flowable]:
        children = inline.children or []
        text = self.inline([child for child in children if child.type != "image"])
        if text.strip():
            yield Paragraph(text, style(look))
        for child in children:
            if child.type == "image":
                yield from self._picture(child)

    def _picture(self, token: Token) -> Iterator[Flowable]:
        found = KEY.search(str(token.attrs.get("src", "")))
        data = self.pictures.get(found[1]) if found else None
        words = markdown_words(token.children or []) or token.content
        if data is not None:
            drawn = _drawn(data, self.width)
            if drawn is not None:
                yield drawn
        if words:
            yield Paragraph(safe(words), style("caption"))

    def _list(self, token: Token, inside: Sequence[Token], look: str) -> Flowable:
        items = []
        place = 0
        while place < len(inside):
            end = _closing(inside, place)
            parts = list(self.flowables(inside[place + 1 : end], look=look)) or [Spacer(1, 4)]
            css = str(inside[place].attrs.get("class", ""))
            mark = {"bulletText": "☑" if "is-done" in css else "☐"} if "task" in css else {}
            items.append(ListItem(parts, **_task(mark)))
            place = end + 1
        if token.type == "ordered_list_open":
            start = token.attrs.get("start", 1)
            return ListFlowable(
                items, bulletType="1", start=int(start), leftIndent=20, bulletFontName=FONT, bulletFontSize=10, bulletColor=MUTED
            )  # fmt: skip
        return ListFlowable(
            items, bulletType="bullet", start="•", leftIndent=16, bulletFontName=FONT, bulletFontSize=10, bulletColor=MUTED
        )  # fmt: skip

    def _table(self, inside: Sequence[Token]) -> Iterator[Flowable]:
        rows: list[list[Any]] = []
        weights: list[int] = []
        for token, content in zip(inside, [*inside[1:], None], strict=True):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open") and content is not None:
                look = "head" if token.type == "th_open" else "cell"
                rows[-1].append(Paragraph(self.inline(content.children or []), style(look)))
                column = len(rows[-1]) - 1
                weights += [0] * (column + 1 - len(weights))
                weights[column] = max(weights[column], min(len(content.content), 60))
        if not rows or not weights:
            return
        rows = [row + [""] * (len(weights) - len(row)) for row in rows]
        total = sum(weight + 6 for weight in weights)
        columns = [self.width * (weight + 6) / total for weight in weights]
        made = Table(rows, colWidths=columns, repeatRows=1, splitInRow=1, spaceBefore=4, spaceAfter=10)
        made.setStyle(
            TableStyle(
                [
                    ("GRID", (0, 0), (-1, -1), 0.5, LINE),
                    ("BACKGROUND", (0, 0), (-1, 0), SUNKEN),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("TOPPADDING", (0, 0), (-1, -1), 4),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
                ]
            )
        )
        yield made

    def inline(self, children: Sequence[Token]) -> str:
        """A line of text with its marks, in the library's markup, every letter of it escaped."""
        parts: list[str] = []
        is_linked: list[bool] = []
        for child in children:
            match child.type:
                case "text":
                    parts.append(safe(child.content))
                case "softbreak":
                    parts.append(" ")
                case "hardbreak":
                    parts.append("<br/>")
                case "code_inline":
                    parts.append(_mono(child.content))
                case "mention":
                    parts.append(safe("@" + self.names.get(child.content, "…")))
                case "tag":
                    parts.append(
                        safe(child.content if child.content.startswith("#") else f"#{child.content}")
                    )
                case "link_open":
                    address = self._address(str(child.attrs.get("href", "")))
                    is_linked.append(bool(address))
                    parts.append(f'<a href={quoteattr(address)} color="#2151af">' if address else "")
                case "link_close":
                    parts.append("</a>" if is_linked and is_linked.pop() else "")
                case _:
                    parts.append(MARKS.get(child.type, safe(child.content) if not child.nesting else ""))
        return "".join(parts)

    def _address(self, href: str) -> str:
        if href.startswith("/") and not href.startswith("//"):
            return self.origin + href if self.origin else ""
        return href if href.startswith(("http://", "https://", "mailto:")) else ""


MARKS = {
    "strong_open": "<b>",
    "strong_close": "</b>",
    "em_open": "<i>",
    "em_close": "</i>",
    "s_open": "<strike>",
    "s_close": "</strike>",
}


def _task(mark: dict[str, str]) -> dict[str, Any]:
    """How an item to be done is marked; the font has no boxes, so words of two letters draw them."""
    return {"value": "[x]" if mark.get("bulletText") == "☑" else "[ ]"} if mark else {}


def markdown_words(children: Sequence[Token]) -> str:
    """The plain words of a line."""
    return " ".join(child.content for child in children if child.content and child.type != "image").strip()


def _closing(tokens: Sequence[Token], place: int) -> int:
    """Where the block that begins at `place` ends; itself for one that holds no other."""
    if tokens[place].nesting != 1:
        return place
    depth = 0
    for at in range(place, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    return len(tokens) - 1


def _drawn(data: bytes, width: float) -> Flowable | None:
    """A picture as wide as the text at most; None for one that can't be read safely."""
    try:
        picture = Picture.open(io.BytesIO(data))
        if picture.width * picture.height > MOST_PIXELS:
            return None
        picture = picture.convert("RGB")
        picture.thumbnail((1400, 1400))
    except (OSError, ValueError, Picture.DecompressionBombError):
        return None
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=82)
    scale = min(width / picture.width, 400 / picture.height, 0.75)
    return Image(io.BytesIO(kept.getvalue()), picture.width * scale, picture.height * scale, hAlign="LEFT")
