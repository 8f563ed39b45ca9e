"""Names of files, whatever is typed or sent: shown, saved, archived safely. Not here: the rows (test_documents)."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from parvis.kernel.files import LocalStore, content_disposition
from parvis.tools.documents.archive import Entry, stream_archive
from parvis.tools.documents.names import apart, document_name, free_name, key_of

PIECES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["..", "/", "\\", "\r\n", "\x00", "con", ".pdf", "\u202e", "É", "e\u0301", " ", ".", "𝒳" * 90]
    ),
)
NAMES = st.lists(PIECES, max_size=8).map("".join)
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@given(NAMES)
@settings(max_examples=400, deadline=None)
@example("../../etc/passwd")
@example("a\r\nSet-Cookie: x=1.pdf")
@example("facture\u202efdp.exe")
@example("é" * 255 + ".pdf")
@example("CON.txt")
def test_any_name_becomes_a_safe_one(name: str) -> None:
    kept = document_name(name)
    assert kept == document_name(kept)
    assert 0 < len(kept) <= 200
    assert len(kept.encode()) <= 255
    assert not set(kept) & set('/\\\r\n\x00\u202e<>:"|?*')
    assert not kept.startswith(".")
    assert kept.partition(".")[0].lower() not in ("con", "nul", "aux", "prn")
    assert len(key_of(kept)) <= 255
    header = content_disposition(kept, inline=False)
    assert header.isascii()
    assert header.isprintable()


@given(st.lists(NAMES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_neighbours_are_told_apart(names: list[str]) -> None:
    told = apart(document_name(name) for name in names)
    assert len({key_of(name) for name in told}) == len(names)
    assert all(len(name) <= 200 and len(name.encode()) <= 255 for name in told)


def test_names_whose_keys_are_long_are_told_apart_too() -> None:
    """Each number takes eight characters of a key; what is cut off must not make two names one."""
    for name in ("1-" * 95 + "x.txt", "\ufdfa" * 80 + ".txt"):
        kept = document_name(name)
        tried: list[str] = []

        def is_taken(key: str, first: str = key_of(kept), tried: list[str] = tried) -> bool:
            tried.append(key)
            assert len(tried) < 5
            return key == first

        assert free_name(kept, is_taken).endswith(" (2).txt")
        assert len(key_of(kept)) <= 255


def test_the_extension_survives_a_number() -> None:
    assert free_name("a" * 196 + ".pdf", {key_of("a" * 196 + ".pdf")}.__contains__).endswith(" (2).pdf")


def test_an_archive_is_made_piece_by_piece_and_leads_nowhere_out(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    kept = store.store(io.BytesIO(b"x" * 300_000), name="x", max_bytes=10**6)
    entries = [Entry(("Été",), name, kept.sha256, NOW) for name in ("a.txt", "A.txt", "b.txt")]
    missing = Entry((), "gone.txt", "0" * 64, NOW)
    pieces = list(stream_archive([*entries, missing], store))
    assert max(len(piece) for piece in pieces) < 200_000
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    assert archive.namelist() == ["Été/a.txt", "Été/A (2).txt", "Été/b.txt"]
    assert archive.getinfo("Été/a.txt").file_size == 300_000
