"""What reads foreign files, run inside the kernel's sandbox only: pages of a PDF, words of PDF and office files.

Everything a library would load lazily is imported here: behind the walls nothing can be opened. Not here: what is
done with the answer (previewing).
"""

from __future__ import annotations

import encodings.ascii
import encodings.cp437
import encodings.cp1252
import encodings.latin_1
import encodings.utf_16_le  # noqa: F401  pdfium's texts
import io
import json
import re
import xml.parsers.expat
import zipfile
import zlib
from collections.abc import Iterator

import pypdfium2
from PIL import (
    Image,
    WebPImagePlugin,  # noqa: F401
)

from parvis.kernel.sandbox_child import Declined

Image.preinit()

MOST_PAGES = 20  # drawn
MOST_TEXT = 100_000  # characters kept
WIDTH = 1100  # pixels of a drawn page
MOST_PIXELS = 4_000_000
MOST_PART = 24 * 1024 * 1024  # bytes of one unpacked part
MOST_PARTS = 400

# Where the words of an office file stand, and after which elements a line ends.
_PARTS = re.compile(
    r"word/document\.xml|content\.xml|ppt/slides/slide[0-9]+\.xml|xl/sharedStrings\.xml", re.ASCII
)
_LINE_ENDS = {"p", "h", "tr", "si", "table-row", "br", "line-break"}
_SPACES = {"tab", "tc", "table-cell", "s"}


def pdf(payload: bytes) -> bytes:
    """Pages drawn as WebP and the text: one line of JSON, then the pages one after the other."""
    try:
        document = pypdfium2.PdfDocument(payload)
    except pypdfium2.PdfiumError:
        raise Declined("unreadable") from None
    pages: list[bytes] = []
    sizes: list[tuple[int, int, int]] = []
    text = ""
    for number in range(len(document)):
        if number >= MOST_PAGES and len(text) > MOST_TEXT:
            break
        if number >= 10 * MOST_PAGES:
            break
        page = document[number]
        if number < MOST_PAGES:
            image = _drawn(page)
            encoded = io.BytesIO()
            image.save(encoded, "WEBP", quality=80, method=2)
            pages.append(encoded.getvalue())
            sizes.append((len(pages[-1]), image.width, image.height))
        if len(text) < MOST_TEXT:
            text += page.get_textpage().get_text_bounded() + "\n\n"
        page.close()
    about = {"pages": sizes, "count": len(document), "text": _tidy(text)}
    return json.dumps(about).encode() + b"\n" + b"".join(pages)


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    """One page, at most WIDTH wide and of so many pixels, whatever size it says it is."""
    width, height = page.get_size()
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        raise Declined("too_large")
    scale = min(WIDTH / width, (MOST_PIXELS / (width * height)) ** 0.5, 4)
    image: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    return image.convert("RGB")


def office(payload: bytes) -> bytes:
    """The words of a .docx, .xlsx, .pptx or of an OpenDocument file, as the same JSON without pages."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
        parts = sorted((one for one in archive.infolist() if _PARTS.fullmatch(one.filename)), key=_order)
        text = ""
        for part in parts[:MOST_PARTS]:
            with archive.open(part) as stream:
                data = stream.read(MOST_PART + 1)
            if len(data) > MOST_PART:
                raise Declined("too_large")
            text += "".join(_words(data)) + "\n"
            if len(text) > MOST_TEXT:
                break
    except (zipfile.BadZipFile, xml.parsers.expat.ExpatError, RuntimeError, NotImplementedError, zlib.error):
        raise Declined("unreadable") from None
    if not text.strip():
        raise Declined("empty")
    return json.dumps({"pages": [], "count": 0, "text": _tidy(text)}).encode() + b"\n"


def _order(part: zipfile.ZipInfo) -> tuple[int, str]:
    number = re.search(r"([0-9]+)\.xml$", part.filename)
    return int(number[1][:9]) if number else 0, part.filename


def _words(data: bytes) -> Iterator[str]:
    """Character data of an XML part. A document type, which entities need, is refused: no office program writes one."""
    found: list[str] = []
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")

    def refuse(*_anything: object) -> None:
        raise Declined("document type")

    def ended(name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in _LINE_ENDS:
            found.append("\n")
        elif local in _SPACES:
            found.append("\t")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.CharacterDataHandler = found.append
    parser.EndElementHandler = ended
    parser.buffer_text = True
    parser.Parse(data, True)
    yield from found


def _tidy(text: str) -> str:
    """At most so many characters, without control characters and long holes."""
    text = re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]", " ", text[:MOST_TEXT].replace("\r\n", "\n")
    )
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]{3,}", "  ", text)).strip()
