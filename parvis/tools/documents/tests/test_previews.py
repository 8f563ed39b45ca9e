"""What is shown of files, and what hostile ones get: no preview, and nothing else. Not here: pages (test_pages)."""

from __future__ import annotations

import io
import socket
import zipfile
from typing import Any

import pytest
from PIL import Image

from parvis.contributions.models import Body
from parvis.kernel.sandbox import DecoderFailed
from parvis.testing.cast import Cast
from parvis.tools.documents.models import Version
from parvis.tools.documents.previewing import decode, look_into
from parvis.tools.documents.tests.stage import client_of, document, pdf

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HOSTILE = "parvis.tools.documents.tests.hostile:"
WORD = '<w:document xmlns:w="w"><w:body>{}</w:body></w:document>'


def office(part: str, xml: str | bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, xml)
    return data.getvalue()


def test_a_pdf_is_drawn_and_read() -> None:
    seen = look_into(pdf("Élan à Nantes", "Deux"), "application/pdf")
    assert seen is not None
    assert seen.count == 2
    assert [Image.open(io.BytesIO(data)).size for data, _w, _h in seen.pages] == [(1100, 1557)] * 2
    assert "Élan à Nantes" in seen.text


def test_office_files_give_their_words() -> None:
    body = "<w:p><w:r><w:t>Compte</w:t></w:r><w:r><w:t> rendu</w:t></w:r></w:p><w:p><w:t>Fin</w:t></w:p>"
    seen = look_into(office("word/document.xml", WORD.format(body)), DOCX)
    assert seen is not None
    assert seen.text == "Compte rendu\nFin"


def test_texts_are_read_in_both_codings() -> None:
    for data in ("Élan\r\n".encode(), "Élan\r\n".encode("cp1252"), b"\xef\xbb\xbf" + "Élan\r\n".encode()):
        seen = look_into(data, "text/plain")
        assert seen is not None
        assert seen.text == "Élan\n"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w:document xmlns:w="w">&b;</w:document>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w">&a;</w:document>'


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.4 nonsense", "application/pdf"),
        (pdf("x")[:200], "application/pdf"),
        (pdf("x").replace(b"595 842", b"99999 99999"), "application/pdf"),
        (b"PK\x03\x04 broken", DOCX),
        (office("word/document.xml", BOMB), DOCX),
        (office("word/document.xml", OUTSIDE), DOCX),
        (office("word/document.xml", b"a" * 60_000_000), DOCX),
        (office("word/document.xml", "<a>" * 500_000), DOCX),
        (b"\x89PNG\r\n\x1a\n nonsense", "image/png"),
        (b"\x00\x01\x02", "application/octet-stream"),
    ],
    ids=[
        "nonsense",
        "cut",
        "huge page",
        "broken zip",
        "entities",
        "outside",
        "zip bomb",
        "nested",
        "png",
        "unknown",
    ],
)
def test_a_bomb_or_a_broken_file_has_no_preview(data: bytes, media_type: str) -> None:
    assert look_into(data, media_type) is None


def test_a_decoder_that_attacks_gets_nowhere() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = str(listening.getsockname()[1]).encode()
        for name in ("call_home", "read_passwords", "take_a_gigabyte"):
            with pytest.raises(DecoderFailed):
                decode(HOSTILE + name, port)
    with pytest.raises(ValueError):
        decode(HOSTILE + "answer_nonsense", b"")


def test_the_page_says_so_and_the_file_stays(cast: Cast, run_jobs: Any) -> None:
    made = document(cast, "casse.pdf", b"%PDF-1.7 nonsense")
    run_jobs()
    assert Version.objects.get(contribution=made).preview == "none"
    client = client_of(cast.member)
    page = client.get(f"/documents/{made.key}/").content.decode()
    assert "root:" not in page
    assert "document-preview" in page
    assert b"".join(client.get(f"/documents/{made.key}/file/1/").streaming_content) == b"%PDF-1.7 nonsense"


def test_the_words_looked_for_are_marked_in_what_a_file_says(cast: Cast, run_jobs: Any) -> None:
    row = document(cast, "Relevé.txt", b"La girouette <b>tourne</b>, deux girouettes", space=cast.open)
    run_jobs()
    client = client_of(cast.member)
    page = client.get(f"/go/{row.key}/?words=girouette+%3Cb%3E", follow=True).content.decode()
    assert 'La <mark id="found">girouette</mark> &lt;' in page
    assert "deux <mark>girouettes</mark>" in page
    assert "<b>tourne" not in page
    assert "girouette</mark>" not in client.get(f"/documents/{row.key}/").content.decode()


def test_the_words_of_drawn_pages_are_opened_where_they_hold_what_was_looked_for(
    cast: Cast, run_jobs: Any
) -> None:
    row = document(cast, "Relevé.pdf", pdf("La girouette"), space=cast.open)
    run_jobs()
    found = client_of(cast.member).get(f"/documents/{row.key}/?words=girouette").content.decode()
    assert '<details class="document-words" open>' in found
    assert '<mark id="found">girouette</mark>' in found
    plain = client_of(cast.member).get(f"/documents/{row.key}/?words=autre").content.decode()
    assert '<details class="document-words">' in plain


def test_one_mark_of_a_page_bears_the_id_even_where_text_and_file_hold_the_word(
    cast: Cast, run_jobs: Any
) -> None:
    row = document(cast, "Relevé.txt", b"La girouette", space=cast.open)
    Body.objects.filter(contribution=row).update(html="<p>Sur la girouette</p>")
    run_jobs()
    page = client_of(cast.member).get(f"/documents/{row.key}/?words=girouette").content.decode()
    assert page.count("girouette</mark>") == 2
    assert page.count('id="found"') == 1
