"""Pages made into a PDF, inside the kernel's sandbox only: Markdown and pictures in, one document out.

Whatever a library would load lazily is loaded here, once: behind the walls nothing can be opened. Blocks become
flowables in `setting_blocks`. Not here: what is printed and for whom (printing).
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

from PIL import Image, WebPImagePlugin  # noqa: F401  loads a decoder
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus.tableofcontents import TableOfContents

from parvis.kernel import markdown_rules
from parvis.kernel.sandbox_child import Declined
from parvis.tools.pages.setting_blocks import FAINT, FONT, Blocks, load_fonts, safe, style, unknown_letters

WIDTH, HEIGHT = A4
MOST_UNKNOWN = 0.03  # of the letters
SIDE, TOP, BOTTOM = 22 * mm, 20 * mm, 22 * mm


class NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows how many pages there are before it writes "2 / 7" on each."""

    def __init__(self, *given: Any, foot: str = "", **more: Any) -> None:
        super().__init__(*given, **more)
        self._kept: list[dict[str, Any]] = []
        self._foot = foot

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for place, kept in enumerate(self._kept, 1):
            self.__dict__.update(kept)
            self.setFont(FONT, 8)
            self.setFillColor(FAINT)
            self.drawString(SIDE, 12 * mm, self._foot)
            self.drawRightString(WIDTH - SIDE, 12 * mm, f"{place} / {len(self._kept)}")
            super().showPage()
        super().save()


class Document(BaseDocTemplate):  # type: ignore[misc]
    """Tells the table of contents and the reader's outline where each title came to stand."""

    def afterFlowable(self, flowable: Flowable) -> None:
        level = getattr(flowable, "outline_level", None)
        if level is None:
            return
        key = flowable.outline_key
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(flowable.outline_words, key, level=level, closed=level > 0)
        if getattr(flowable, "is_title", False):
            self.notify("TOCEntry", (level, safe(flowable.outline_words), self.page, key))


def pdf(payload: bytes) -> bytes:
    """The document that the payload describes: {title, language, foot, facts, contents, pages: [{title, facts, depth,
    source}], names, origin, pictures}. Raises Declined for what can't be set."""
    asked = json.loads(payload)
    letters = "".join(page["source"] + page["title"] for page in asked["pages"])
    if unknown_letters(letters) > len(letters) * MOST_UNKNOWN:
        raise Declined("letters")  # a script that the font doesn't have: the browser's own print has it
    pictures = {key: base64.b64decode(data) for key, data in asked.get("pictures", {}).items()}
    out = io.BytesIO()
    document = Document(
        out, pagesize=A4, leftMargin=SIDE, rightMargin=SIDE, topMargin=TOP, bottomMargin=BOTTOM,
        title=asked["title"], author=asked.get("author", ""), lang=asked["language"],
    )  # fmt: skip
    frame = Frame(SIDE, BOTTOM, WIDTH - 2 * SIDE, HEIGHT - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame]))
    blocks = Blocks(asked["names"], asked["origin"], pictures, WIDTH - 2 * SIDE)
    story = list(_story(asked, blocks))
    foot = asked["foot"]

    def canvas(*given: Any, **more: Any) -> NumberedCanvas:
        return NumberedCanvas(*given, foot=foot, **more)

    try:
        document.multiBuild(story, canvasmaker=canvas, maxPasses=6)
    except MemoryError:
        raise
    except Exception as problem:
        raise Declined("unsettable") from problem
    return out.getvalue()


def _story(asked: dict[str, Any], blocks: Blocks) -> Iterator[Flowable]:
    pages = asked["pages"]
    if len(pages) > 1:
        yield from _cover(asked)
    for place, page in enumerate(pages):
        if place:
            yield PageBreak()
        title = Paragraph(safe(page["title"]), style("title"))
        title.outline_level, title.outline_key = min(page["depth"], 5), f"page-{place}"
        title.outline_words, title.is_title = page["title"], True
        yield title
        yield Paragraph(safe(page["facts"]), style("facts"))
        yield HRFlowable(width="100%", thickness=0.6, color="#d5d9e0", spaceBefore=4, spaceAfter=10)
        tokens = markdown_rules.build().parse(page["source"])
        yield from blocks.flowables(tokens, outline=f"page-{place}", depth=page["depth"] + 1)


def _cover(asked: dict[str, Any]) -> Iterator[Flowable]:
    """The table of contents of several pages, on a leaf of its own."""
    yield Paragraph(safe(asked["title"]), style("title"))
    yield Paragraph(safe(asked["facts"]), style("facts"))
    yield Spacer(1, 8 * mm)
    contents = TableOfContents(dotsMinLevel=0)
    contents.levelStyles = [style(f"contents-{level}") for level in range(6)]
    yield Paragraph(safe(asked["contents"]), style("h3"))
    yield contents
    yield PageBreak()


def _warm() -> None:
    """Sets one of everything, so that whatever the library loads late is loaded before the walls."""
    picture = io.BytesIO()
    Image.preinit()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    source = "# A\n\n- *a* **b** `c` ~~d~~\n\n1. [e](https://a.example)\n\n> f\n\n```\ng\n```\n\n| h |\n| - |\n| i |\n\n---\n\n![j](/files/0000000000000/j.png)"
    page = {"title": "A", "facts": "B", "depth": 0, "source": source}
    asked = {
        "title": "A", "language": "en", "foot": "", "facts": "", "contents": "C", "pages": [page, page], "names": {},
        "origin": "", "pictures": {"0000000000000": base64.b64encode(picture.getvalue()).decode()},
    }  # fmt: skip
    pdf(json.dumps(asked).encode())


load_fonts()
_warm()
