"""Pages of office files by the real LibreOffice: absent, these tests are skipped; in CI its absence fails."""

from __future__ import annotations

import base64
import io
import os
import shutil
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from parvis.kernel.sandbox import DecoderFailed
from parvis.testing.cast import Cast
from parvis.tools.documents import office
from parvis.tools.documents.models import Version
from parvis.tools.documents.previewing import Seen, look_into
from parvis.tools.documents.tests.stage import client_of, document

ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{rest}:1.0"'
    for name, rest in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("svg", "svg-compatible"),
    )
)  # fmt: skip


@pytest.fixture
def libreoffice() -> None:
    if office.program() is None:
        absent = (
            "no LibreOffice on this machine: install libreoffice-writer-nogui, -calc-nogui, -impress-nogui"
        )
        pytest.fail(absent) if os.environ.get("CI") else pytest.skip(absent)


def opendocument(media_type: str, body: str, **parts: bytes) -> bytes:
    """A small OpenDocument file, made by hand."""
    data = io.BytesIO()
    entries = "".join(
        f'<m:file-entry m:full-path="{name}" m:media-type="{kind}"/>'
        for name, kind in (
            ("/", media_type),
            ("content.xml", "text/xml"),
            *((name, "image/png") for name in parts),
        )
    )
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", media_type)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}">{entries}</m:manifest>')
        head = f'<office:document-content {NAMES} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">'
        archive.writestr("content.xml", f"{head}<office:body>{body}</office:body></office:document-content>")
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def letter(inside: str, **parts: bytes) -> bytes:
    return opendocument(ODT, f"<office:text>{inside}</office:text>", **parts)


def drawn(data: bytes, media_type: str) -> Seen:
    seen = look_into(data, media_type)
    assert seen is not None
    assert seen.pages, "no page was drawn"
    return seen


def test_texts_tables_and_slides_are_drawn(libreoffice: None) -> None:
    text = drawn(letter("<text:p>Bonjour le hall</text:p>"), ODT)
    assert text.text == "Bonjour le hall"
    assert Image.open(io.BytesIO(text.pages[0][0])).width == 1100
    cell = '<table:table-cell office:value-type="string"><text:p>Mesures</text:p></table:table-cell>'
    row = f"<table:table-row>{cell}</table:table-row>"
    sheet = f'<office:spreadsheet><table:table table:name="A">{row}</table:table></office:spreadsheet>'
    assert drawn(opendocument(ODS, sheet), ODS).count == 1
    slide = '<draw:page draw:name="p{}"><draw:frame svg:width="9cm" svg:height="2cm"><draw:text-box><text:p>Oui</text:p></draw:text-box></draw:frame></draw:page>'
    slides = f"<office:presentation>{slide.format(1)}{slide.format(2)}</office:presentation>"
    assert drawn(opendocument(ODP, slides), ODP).count == 2


def test_older_and_other_formats(libreoffice: None) -> None:
    assert "Bonjour" in drawn(rb"{\rtf1 Bonjour}", "application/rtf").text
    data = io.BytesIO()
    kinds = "http://schemas.openxmlformats.org/package/2006"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" Type="{link}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>Compte rendu</w:t></w:r></w:p></w:body></w:document>',
        )
    assert drawn(data.getvalue(), DOCX).text == "Compte rendu"


def test_of_many_pages_the_first_are_drawn(libreoffice: None) -> None:
    long = "".join(f"<text:p>Ligne {n}</text:p>" for n in range(3000))
    assert len(drawn(letter(long), ODT).pages) == office.MOST_PAGES


def red(size: int = 400) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (size, size), (255, 0, 0)).save(data, "PNG")
    return data.getvalue()


def picture(address: str) -> str:
    frame = '<draw:frame svg:width="9cm" svg:height="9cm"><draw:image xlink:href="{}" xlink:type="simple"/></draw:frame>'
    return f"<text:p>Avant {frame.format(address)}</text:p>"


def redness(seen: Seen) -> int:
    page = Image.open(io.BytesIO(seen.pages[0][0])).convert("RGB")
    return sum(count for count, (r, g, b) in page.getcolors(2**24) or [] if r > 200 and g < 80 and b < 80)


def test_a_file_that_points_elsewhere_shows_nothing_of_it(libreoffice: None, tmp_path: Path) -> None:
    ours = tmp_path / "ours.png"
    ours.write_bytes(red())
    ours.chmod(0o644)
    # The proof sees: the same picture inside the file is drawn.
    assert redness(drawn(letter(picture("ours.png"), **{"ours.png": red()}), ODT)) > 10_000
    assert redness(drawn(letter(picture(f"file://{ours}")), ODT)) == 0
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x.png"
        assert redness(drawn(letter(picture(address)), ODT)) == 0
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_what_cannot_be_read_gives_no_page(libreoffice: None) -> None:
    for data, kind in (
        (b"PK\x03\x04 broken", "application/msword"),
        (b"\xd0\xcf\x11\xe0" * 90, "application/vnd.ms-excel"),
    ):
        seen = look_into(data, kind)
        assert seen is None or base64.b64encode(data).decode() not in seen.text


def test_without_libreoffice_the_page_says_so(cast: Cast, run_jobs: Any, monkeypatch: Any) -> None:
    office.program.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    try:
        with pytest.raises(DecoderFailed):
            office.as_pdf(b"", ODT)
        made = document(cast, "lettre.odt", letter("<text:p>Bonjour le hall</text:p>"))
        run_jobs()
        page = client_of(cast.member).get(f"/documents/{made.key}/").content.decode()
    finally:
        office.program.cache_clear()
    assert "Bonjour le hall" in page
    assert "LibreOffice" in page


def test_pages_are_seen_in_the_page(libreoffice: None, cast: Cast, run_jobs: Any) -> None:
    made = document(cast, "lettre.odt", letter("<text:p>Bonjour le hall</text:p>"))
    run_jobs()
    assert Version.objects.get(contribution=made).page_count == 1
    page = client_of(cast.member).get(f"/documents/{made.key}/").content.decode()
    assert f"/documents/{made.key}/page/1/1/" in page
    assert "LibreOffice" not in page
