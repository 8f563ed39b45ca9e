"""A kept file as an answer: whole or in part from us, or an empty body that names its place inside nginx."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from parvis.kernel.errors import NotFound
from parvis.kernel.files import Stored, local_store
from parvis.kernel.files_serving import answer_file


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> Stored:
    settings.PARVIS_FILES_ROOT = tmp_path
    return local_store().store(io.BytesIO(b"brought"), name="a.txt", max_bytes=100)


def test_without_a_front_server_the_content_comes_from_us(kept: Stored) -> None:
    answer = answer_file(kept, inline=True)
    assert b"".join(answer.streaming_content) == b"brought"  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not answer.has_header("X-Accel-Redirect")


def test_a_page_of_a_strangers_is_downloaded_under_its_own_name(kept: Stored) -> None:
    answer = answer_file(Stored(kept.sha256, kept.size, "text/html", "page.html"), inline=True)
    answer.close()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'


def test_behind_nginx_the_body_is_empty_and_the_headers_are_the_same(
    kept: Stored, settings: Settings
) -> None:
    own = answer_file(kept, inline=True)
    own.close()
    settings.PARVIS_FILES_INTERNAL = "/kept/"
    answer = answer_file(kept, inline=True)
    assert answer.content == b""  # type: ignore[attr-defined]
    sha = kept.sha256
    assert answer.headers["X-Accel-Redirect"] == f"/kept/{sha[:2]}/{sha[2:4]}/{sha}"
    for name in set(own.headers) - {"Content-Length", "Accept-Ranges"}:
        assert answer.headers[name] == own.headers[name]


def test_what_is_not_kept_is_not_found_either_way(kept: Stored, settings: Settings) -> None:
    for inside in ("", "/kept/"):
        settings.PARVIS_FILES_INTERNAL = inside
        with pytest.raises(NotFound):
            answer_file(Stored("0" * 64, 1, "text/plain", "a.txt"), inline=True)


@pytest.mark.parametrize(("inside", "modes"), [("", {0o600, 0o700}), ("/kept/", {0o640, 0o750})])
def test_only_a_front_server_may_read_beside_us(
    tmp_path: Path, settings: Settings, inside: str, modes: set[int]
) -> None:
    settings.PARVIS_FILES_ROOT, settings.PARVIS_FILES_INTERNAL = tmp_path / "new", inside
    local_store().store(io.BytesIO(b"brought"), name="a.txt", max_bytes=100)
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "new").glob("??/**/*")} == modes


def asked(kept: Stored, method: str = "GET", **headers: str) -> tuple[int, bytes, str]:
    """Status, bytes and the range said of an answer to these headers."""
    request = RequestFactory().generic(method, "/", headers=headers)
    answer = answer_file(kept, inline=False, to=request)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if answer.status_code != 304 and answer.streaming:
        assert answer["Content-Length"] == str(len(body))
        assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    answer.close()
    return answer.status_code, body, answer.headers.get("Content-Range", "")


@pytest.mark.parametrize(
    ("range_", "status", "body", "said"),
    [
        ("bytes=0-2", 206, b"bro", "bytes 0-2/7"),
        ("bytes=4-", 206, b"ght", "bytes 4-6/7"),
        ("bytes=-2", 206, b"ht", "bytes 5-6/7"),
        ("bytes=-99", 206, b"brought", "bytes 0-6/7"),
        ("bytes=3-99", 206, b"ught", "bytes 3-6/7"),
        ("bytes=7-", 416, b"", "bytes */7"),
        ("bytes=-0", 416, b"", "bytes */7"),
        ("bytes=5-2", 200, b"brought", ""),
        ("bytes=0-1,3-4", 200, b"brought", ""),
        ("bytes=-", 200, b"brought", ""),
        ("bytes=٣-", 200, b"brought", ""),
        ("bytes=" + "9" * 400 + "-", 200, b"brought", ""),
        ("lines=0-1", 200, b"brought", ""),
    ],
)
def test_the_part_that_is_asked_for(kept: Stored, range_: str, status: int, body: bytes, said: str) -> None:
    assert asked(kept, Range=range_) == (status, body, said)


def test_a_part_of_another_content_is_the_whole(kept: Stored) -> None:
    mine = f'"{kept.sha256}"'
    assert asked(kept, Range="bytes=0-1", **{"If-Range": mine})[0] == 206
    for other in ('"old"', f"W/{mine}", "Mon, 23 Nov 2026 10:00:00 GMT"):
        assert asked(kept, Range="bytes=0-1", **{"If-Range": other})[0] == 200
    assert asked(kept, "HEAD", Range="bytes=0-1")[0] == 200


def test_what_the_reader_has_is_not_sent_again(kept: Stored) -> None:
    mine = f'"{kept.sha256}"'
    for said in (mine, f"W/{mine}", f'"other", {mine}', "*"):
        assert asked(kept, **{"If-None-Match": said})[:2] == (304, b"")
    assert asked(kept, **{"If-None-Match": '"other"'})[0] == 200
