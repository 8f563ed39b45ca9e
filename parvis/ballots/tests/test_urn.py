"""The urn: shuffled, sealed under the site's key, of one length whatever is in it."""

from __future__ import annotations

import pytest
from django.test import override_settings

from parvis.ballots import urn

BALLOTS = [bytes([n, 255 - n]) for n in range(40)]


def test_what_is_sealed_comes_back_in_another_order() -> None:
    found = urn.unseal(7, urn.seal(7, BALLOTS), 2)
    assert sorted(found) == sorted(BALLOTS)
    assert found != BALLOTS


def test_an_empty_urn_holds_nothing() -> None:
    assert urn.unseal(7, b"", 1) == []
    assert urn.unseal(7, urn.seal(7, []), 1) == []


def test_nothing_of_a_ballot_shows_and_no_two_seals_are_alike() -> None:
    one, two = urn.seal(7, [b"\x01" * 64]), urn.seal(7, [b"\x01" * 64])
    assert one != two
    assert b"\x01" * 3 not in one
    assert len(urn.seal(7, [b"\x00" * 64])) == len(one)


def test_an_urn_altered_moved_or_of_another_key_is_not_read() -> None:
    sealed = urn.seal(7, BALLOTS)
    for altered, key in ((sealed[:-1] + bytes([sealed[-1] ^ 1]), 7), (sealed, 8), (sealed[:40], 7)):
        with pytest.raises(urn.Unreadable):
            urn.unseal(key, altered, 2)
    with override_settings(SECRET_KEY="another"), pytest.raises(urn.Unreadable):
        urn.unseal(7, sealed, 2)


def test_a_key_that_was_changed_still_opens_what_it_sealed() -> None:
    with override_settings(SECRET_KEY="before"):
        sealed = urn.seal(7, BALLOTS)
    with override_settings(SECRET_KEY="after", SECRET_KEY_FALLBACKS=["before"]):
        assert sorted(urn.unseal(7, sealed, 2)) == sorted(BALLOTS)
