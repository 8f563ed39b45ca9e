"""A kept file as an answer: whole from us, or an empty body that names its place inside nginx."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
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
    for name in set(own.headers) - {"Content-Length"}:
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
