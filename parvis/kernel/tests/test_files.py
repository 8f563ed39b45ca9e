"""Files are kept once, whole, under their hash, and served in a way that runs nothing."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import (
    LocalStore,
    Stored,
    content_disposition,
    local_store,
    response_headers,
    safe_name,
)
from parvis.kernel.media_types import sniff

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "files")


def keep(store: LocalStore, data: bytes, name: str = "a.txt", max_bytes: int = MEGABYTE) -> Stored:
    return store.store(io.BytesIO(data), name=name, max_bytes=max_bytes)


def kept_paths(store: LocalStore) -> list[Path]:
    return sorted(path for path in store.root.rglob("*") if path.is_file() and path.name != "lock")


def test_what_was_kept_is_read_back(store: LocalStore) -> None:
    data = os.urandom(700_000)
    stored = keep(store, data, "plan.bin")
    assert stored == Stored(hashlib.sha256(data).hexdigest(), 700_000, "application/octet-stream", "plan.bin")
    with store.open(stored.sha256) as kept:
        assert kept.read() == data


def test_the_same_content_is_kept_once_under_two_names(store: LocalStore) -> None:
    first, second = keep(store, PNG, "one.png"), keep(store, PNG, "two.png")
    assert first.sha256 == second.sha256
    assert (first.name, second.name) == ("one.png", "two.png")
    assert len(kept_paths(store)) == 1


def test_only_our_account_reads_the_folder(store: LocalStore) -> None:
    stored = keep(store, PNG)
    path = store.path(stored.sha256)
    assert path.stat().st_mode & 0o077 == 0
    assert all(parent.stat().st_mode & 0o077 == 0 for parent in (path.parent, path.parent.parent, store.root))


@pytest.mark.parametrize("size", [0, 1001])
def test_an_empty_or_too_large_file_is_refused_and_leaves_nothing(store: LocalStore, size: int) -> None:
    with pytest.raises(Refused):
        keep(store, bytes(size), max_bytes=1000)
    assert kept_paths(store) == []
    keep(store, bytes(1000), max_bytes=1000)


def test_an_endless_file_is_cut_at_the_limit(store: LocalStore) -> None:
    class Endless:
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(Refused, match="at most 1 MB"):
        store.store(endless, name="x", max_bytes=MEGABYTE)
    assert endless.given < 2 * MEGABYTE


def test_an_interrupted_upload_is_never_readable(store: LocalStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            part = super().read(1000)
            if self.tell() > 5000:
                # What is there so far stands under no hash.
                assert all(path.parent.name == "coming" for path in kept_paths(store))
                raise ConnectionResetError
            return part

    with pytest.raises(ConnectionResetError):
        store.store(Broken(bytes(10_000)), name="x", max_bytes=MEGABYTE)
    assert kept_paths(store) == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        "../../etc/passwd",
        "0" * 63,
        "0" * 65,
        "G" * 64,
        "A" * 64,
        "0" * 64,
        f"{'0' * 64}\n",
        "coming",
    ],
)
def test_nothing_but_a_known_hash_opens(store: LocalStore, key: str) -> None:
    keep(store, PNG)
    with pytest.raises(NotFound):
        store.open(key)
    with pytest.raises(NotFound):
        store.path(key)


def test_garbage_is_collected_and_what_lives_or_is_young_stays(store: LocalStore) -> None:
    live, dead, young = keep(store, b"live"), keep(store, b"dead"), keep(store, b"young")
    interrupted = store.root / "coming" / "left-by-a-kill"
    interrupted.write_bytes(b"part")
    for path in (store.path(live.sha256), store.path(dead.sha256), interrupted):
        os.utime(path, (1, 1))
    assert store.collect_garbage([live.sha256]) == 2
    assert {path.name for path in kept_paths(store)} == {live.sha256, young.sha256}


def test_content_that_comes_again_is_young_again(store: LocalStore) -> None:
    stored = keep(store, b"again")
    os.utime(store.path(stored.sha256), (1, 1))
    keep(store, b"again")
    assert store.collect_garbage([]) == 0
    assert store.collect_garbage([], min_age_seconds=-1) == 1


def test_collecting_while_the_same_content_arrives_loses_nothing(store: LocalStore) -> None:
    """Each arrival is on disk afterwards, however often the collector passes."""
    stop = threading.Event()

    def collect() -> None:
        while not stop.is_set():
            store.collect_garbage([], min_age_seconds=3600)

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        for _ in range(200):
            stored = keep(store, b"wanted")
            with contextlib.suppress(FileNotFoundError, NotFound):
                # Old, under the collector's eyes, when it comes again.
                os.utime(store.path(stored.sha256), (1, 1))
            keep(store, b"wanted")
            assert store.path(stored.sha256).read_bytes() == b"wanted"
    finally:
        stop.set()
        collector.join()


def test_the_site_store_lies_where_the_setting_says(settings_root: Path) -> None:
    assert local_store().root == settings_root
    assert local_store(Path("elsewhere")).root == Path("elsewhere")


@pytest.fixture
def settings_root(tmp_path: Path) -> Iterator[Path]:
    from django.test import override_settings

    with override_settings(PARVIS_FILES_ROOT=tmp_path):
        yield tmp_path


# Case 25 of the attack catalogue.
ACTIVE = [
    (b"<!DOCTYPE html><script>alert(1)</script>", "page.html"),
    (b"  \n<ScRiPt>alert(1)</script>", "picture.png"),
    (b"hello <iframe src=x>", "notes.txt"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.svg"),
    (b"<svg/onload=alert(1)>", "logo.png"),
    (b"<?xml version='1.0'?><x/>", "data"),
    (b"plain words", "page.html"),
    (b"plain words", "PAGE.XHTML"),
    (b"plain words", "logo.svg"),
    (b"From: <Saved>\nMIME-Version: 1.0\nContent-Type: multipart/related", "saved.jpg"),
    (b"plain words", "saved.mhtml"),
    (b"%PDF-1.7\n", "paper.pdf"),
    (PNG[:8] + b"junk %PDF-1.4 <script>", "polyglot.png"),
    (b"GIF89a/*%PDF-1.4*/", "polyglot.gif"),
    (b"PK\x03\x04" + bytes(20), "letter.docx"),
    (b"\xff\xfe<\x00s\x00c\x00r\x00i\x00p\x00t\x00>\x00", "wide.txt"),
    (bytes(50), "zeroes.png"),
]


@pytest.mark.parametrize(("data", "name"), ACTIVE)
def test_what_a_browser_could_run_is_always_downloaded(store: LocalStore, data: bytes, name: str) -> None:
    stored = keep(store, data, name)
    headers = response_headers(stored, inline=True)
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Type"].partition(";")[0] == stored.media_type


@pytest.mark.parametrize(
    ("data", "name"),
    [(PNG, "x.html"), (b"GIF89a..", "a"), (b"\xff\xd8\xff\xe0", "b.svg"), (b"words", "read.me")],
)
def test_what_runs_nothing_may_be_shown_by_its_bytes_not_its_name(
    store: LocalStore, data: bytes, name: str
) -> None:
    stored = keep(store, data, name)
    assert response_headers(stored, inline=True)["Content-Disposition"].startswith("inline;")
    assert response_headers(stored, inline=False)["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize(("data", "name"), [*ACTIVE[:3], (PNG, "a.png")])
def test_every_answer_carries_the_walls(store: LocalStore, data: bytes, name: str, inline: bool) -> None:
    stored = keep(store, data, name)
    headers = response_headers(stored, inline=inline)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"sandbox", "default-src 'none'"} <= set(headers["Content-Security-Policy"].split("; "))
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "private" in response_headers(stored, inline=inline, max_age=60)["Cache-Control"]
    assert all("\r" not in value and "\n" not in value for value in headers.values())


def test_the_declared_type_is_not_believed(store: LocalStore) -> None:
    stored = store.store(io.BytesIO(b"<html>"), name="a.png", declared_type="image/png", max_bytes=100)
    assert stored.media_type == "text/html"


@pytest.mark.parametrize(
    ("head", "name", "media_type"),
    [
        (b"PK\x03\x04", "plan.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04", "plan.odt", "application/vnd.oasis.opendocument.text"),
        (b"PK\x03\x04", "plan.html", "application/zip"),
        (b"a;b\n1;2", "plan.csv", "text/csv"),
        (b"# Title", "plan.md", "text/markdown"),
        (b"alert(1)", "plan.js", "text/plain"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x", "image/webp"),
        (b"\x00\x00\x00\x20ftypisom", "x", "video/mp4"),
        (b"", "x", "text/plain"),
    ],
)
def test_the_name_refines_only_what_the_bytes_prove(head: bytes, name: str, media_type: str) -> None:
    assert sniff(head, name) == media_type


# Case 29 of the attack catalogue.
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../x", "x"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\fakepath\\photo.jpg", "photo.jpg"),
        ("..", "file"),
        ("", "file"),
        ("...", "file"),
        (". 0", "0"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie_ x=1"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00.png", "a.png"),
        ("  Plan   d'été\u00a0!.pdf ", "Plan d'été !.pdf"),
        ("re\u0301sume\u0301.txt", "résumé.txt"),
        ("été 2026 «bilan».pdf", "été 2026 «bilan».pdf"),
        ("日本語.txt", "日本語.txt"),
        ('a"b?.txt', "a_b_.txt"),
    ],
)
def test_a_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_name_becomes_safe_and_stays_so(given: str) -> None:
    kept = safe_name(given)
    assert kept
    assert len(kept.encode()) <= 255
    assert not re.search(r'[/\\<>:"|?*]', kept)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in kept)
    assert kept not in (".", "..")
    assert safe_name(kept) == kept


def test_a_long_name_keeps_its_extension() -> None:
    kept = safe_name("é" * 300 + ".pdf")
    assert kept.endswith(".pdf")
    assert 250 < len(kept.encode()) <= 255


@settings(deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_a_disposition_is_one_ascii_line_that_gives_the_name_back(name: str, inline: bool) -> None:
    header = content_disposition(name, inline=inline)
    match = re.fullmatch(
        r"(inline|attachment); filename=\"([ -~]+)\"(?:; filename\*=UTF-8''([A-Za-z0-9%._~-]+))?", header
    )
    assert match
    assert not set(match[2]) & set('"\\%;')
    assert unquote(match[3] or match[2]) == safe_name(name)
