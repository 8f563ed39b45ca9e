"""Files in an object store, against a server that speaks S3: the same promises as the local folder's."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from parvis.kernel.errors import NotFound, Refused, TryAgain
from parvis.kernel.files import LocalStore
from parvis.kernel.files_s3 import S3Store
from parvis.kernel.files_tidy import copy_all

LONG = random.Random(7).randbytes(1_500_000)


@pytest.fixture
def store(bucket: dict[str, str], tmp_path: Path) -> S3Store:
    return S3Store(folder=tmp_path, **bucket)


def keep(store: S3Store | LocalStore, data: bytes = b"brought", name: str = "a.txt") -> str:
    return store.store(io.BytesIO(data), name=name, max_bytes=10_000_000).sha256


def test_what_is_kept_comes_back_once_for_each_content(store: S3Store, tmp_path: Path) -> None:
    first, again = keep(store, LONG, "a.bin"), keep(store, LONG, "b.bin")
    assert first == again
    with store.open(first) as stream:
        assert stream.read() == LONG
    assert list(store.hashes()) == [first]
    assert list((tmp_path / "coming").iterdir()) == []


def test_it_is_read_from_anywhere(store: S3Store) -> None:
    kept = keep(store, LONG)
    with store.open(kept) as stream:
        assert stream.seek(0, 2) == len(LONG)
        for at in (1_000_000, 3, 1_499_990):
            stream.seek(at)
            assert stream.tell() == at
            assert stream.read(100) == LONG[at : at + 100]
        assert stream.read() == b""


def test_what_is_not_kept_is_not_found(store: S3Store) -> None:
    for name in ("0" * 64, "../../etc/passwd", "", "A" * 64):
        with pytest.raises(NotFound):
            store.open(name)


def test_too_large_and_empty_are_refused_and_leave_nothing(store: S3Store) -> None:
    for data in (b"", LONG):
        with pytest.raises(Refused):
            store.store(io.BytesIO(data), name="a", max_bytes=1000)
    assert list(store.hashes()) == []


def test_only_what_nobody_names_and_is_old_goes(store: S3Store) -> None:
    live, dead = keep(store, b"live"), keep(store, b"dead")
    assert store.collect_garbage([live]) == 0
    assert store.collect_garbage([live], min_age_seconds=-5) == 1
    assert list(store.hashes()) == [live]
    with pytest.raises(NotFound):
        store.open(dead)


def test_a_store_that_does_not_answer_asks_to_try_again(bucket: dict[str, str], tmp_path: Path) -> None:
    away = S3Store(folder=tmp_path, **{**bucket, "endpoint": "http://127.0.0.1:9"})
    with pytest.raises(TryAgain):
        keep(away)
    with pytest.raises(TryAgain):
        away.open("0" * 64)
    assert "127.0.0.1:9" in away.check()


def test_its_health_is_told(store: S3Store, bucket: dict[str, str], tmp_path: Path) -> None:
    assert store.check() == ""
    assert list(store.hashes()) == []
    missing = S3Store(folder=tmp_path, **{**bucket, "bucket": "nowhere"})
    assert "NoSuchBucket" in missing.check()


def test_all_of_it_moves_there_and_back(store: S3Store, tmp_path: Path) -> None:
    here, back = LocalStore(tmp_path / "here"), LocalStore(tmp_path / "back")
    names = {keep(here, b"one"), keep(here, b"two"), keep(here, LONG)}
    assert copy_all(here, store) == (3, 0)
    assert copy_all(here, store) == (0, 3)
    assert copy_all(store, back) == (3, 0)
    assert set(back.hashes()) == names
    with back.open(keep(here, b"one")) as stream:
        assert stream.read() == b"one"
