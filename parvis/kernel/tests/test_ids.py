"""Keys sort by time, are spelled in 13 letters, and never meet."""

from __future__ import annotations

from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.kernel import ids


@given(st.integers(0, ids.MAX_ID))
def test_a_key_is_read_back_from_its_spelling(key: int):
    assert ids.decode(ids.encode(key)) == key
    assert len(ids.encode(key)) == 13


@pytest.mark.parametrize("text", ["", "0" * 12, "0" * 14, "u" * 13, "I" * 13, "z" * 13, "0123456789ab-"])
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(ValueError, match="an id"):
        ids.decode(text)


def test_later_keys_are_greater():
    assert ids.new_id(1_700_000_000_000) < ids.new_id(1_700_000_000_001)


def test_thousands_of_rows_of_one_millisecond_never_meet():
    made = [ids.new_id(1_750_000_000_000) for _ in range(20_000)]
    assert len(set(made)) == len(made)


def test_threads_never_draw_the_same_key():
    made: list[int] = []
    threads = [Thread(target=lambda: made.extend(ids.new_id() for _ in range(3000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 12_000


def test_a_seed_makes_the_same_keys_again():
    ids.seed(7)
    first = [ids.new_id(1_750_000_000_000) for _ in range(50)]
    ids.seed(7)
    again = [ids.new_id(1_750_000_000_000) for _ in range(50)]
    ids.seed(None)
    assert first == again


def test_a_source_of_its_own_leaves_the_other_where_it_was():
    ids.seed(7)
    first = [ids.new_id(1_750_000_000_000) for _ in range(4)]
    ids.seed(7)
    again = [ids.new_id(1_750_000_000_000) for _ in range(2)]
    with ids.drawn_from(9):
        between = [ids.new_id(1_750_000_000_000) for _ in range(50)]
    again += [ids.new_id(1_750_000_000_000) for _ in range(2)]
    ids.seed(None)
    assert first == again
    assert not {*between} & {*first}


def test_rows_older_than_the_epoch_do_not_gather_in_one_millisecond():
    made = {ids.new_id(0) >> ids.RANDOM_BITS for _ in range(50)}
    assert min(made) > (1_700_000_000_000 - ids.EPOCH_MS)
