"""`parvis files`, and what `parvis check` says of the object store and the scanner: real processes, a real S3 server."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from parvis.cli.tests.test_commands import parvis
from parvis.kernel.files import LocalStore
from parvis.kernel.files_s3 import S3Store

pytestmark = pytest.mark.commands


def environment(bucket: dict[str, str]) -> dict[str, str]:
    return {f"PARVIS_FILES_S3_{name.upper()}": value for name, value in bucket.items()}


def test_check_says_whether_store_and_scanner_answer(bucket: dict[str, str], tmp_path: Path) -> None:
    folder = ("--data", str(tmp_path / "site"))
    well = parvis("check", *folder, **environment(bucket))
    assert well.returncode == 0, well.stdout + well.stderr
    assert bucket["secret"] not in [
        line.split()[1] for line in well.stdout.splitlines() if "S3_SECRET" in line
    ]
    away = parvis(
        "check", *folder, PARVIS_CLAMAV="tcp://127.0.0.1:9",
        **environment({**bucket, "endpoint": "http://127.0.0.1:9"}),
    )  # fmt: skip
    assert away.returncode == 1
    assert "object store doesn't work" in away.stdout
    assert "scanner doesn't answer" in away.stdout


def test_files_go_to_the_store_and_come_back(bucket: dict[str, str], tmp_path: Path) -> None:
    site = tmp_path / "site"
    here = LocalStore(site / "files")
    kept = here.store(io.BytesIO(b"Le plan"), name="plan.txt", max_bytes=100).sha256
    none = parvis("files", "--to", "s3", "--data", str(site))
    assert none.returncode == 1
    assert "PARVIS_FILES_S3_BUCKET" in none.stderr
    there = parvis("files", "--to", "s3", "--data", str(site), **environment(bucket))
    assert "Copied: 1" in there.stdout, there.stderr
    with S3Store(folder=tmp_path, **bucket).open(kept) as stream:
        assert stream.read() == b"Le plan"
    here.path(kept).unlink()
    back = parvis("files", "--to", "folder", "--data", str(site), **environment(bucket))
    assert "Copied: 1" in back.stdout, back.stderr
    assert here.path(kept).read_bytes() == b"Le plan"
