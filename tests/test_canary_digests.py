"""What digests say: no planted word reaches who may not read it, in no header, subject or part, level by level.

Everybody gets one of everything that waits, by the real jobs and the real relay. Not here: mails at once (test_canary_mails).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation

from parvis.accounts.models import Message
from parvis.attention.models import Notice
from parvis.journal.jobs import drain
from parvis.kernel import clock
from parvis.kernel.ids import new_id
from parvis.mailing.jobs import hourly
from parvis.mailing.models import Digest, Level, Mailed, NetworkRule, PlaceLevel, Rhythm
from parvis.mailing.sending import next_digest
from parvis.people.models import Person
from parvis.spaces.models import AccessType, Space
from parvis.testing.cast import build_cast
from parvis.testing.letters import choose, opened, send_through, words_of
from parvis.testing.relay import listening
from parvis.toolkit import registry
from tests.planting import Planted, plant
from tests.sweeping import Sweep, facts_of_each_kind, reader_of, tell_everybody
from tests.world import World

TEXTS = {"contributions_body.text", "contributions_body.html", "contributions_body.source", "contributions_contribution.excerpt",
         "contributions_reply.text", "contributions_reply.html", "contributions_reply.source"}  # fmt: skip


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


@pytest.fixture(scope="module")
def sweeps(world: World, planted: Planted) -> dict[Level, Sweep]:
    """The digest of everybody, at each level, hosts allowing all."""
    NetworkRule.objects.update_or_create(id=1, defaults={"level": Level.WHOLE, "rhythm": Rhythm.NEVER})
    for space in Space.objects.all():
        PlaceLevel.objects.update_or_create(space=space, defaults={"level": Level.WHOLE})
    tell_everybody(world, facts_of_each_kind(world))
    with listening() as relay:
        drain(limit=10_000)
        send_through(relay)
        return {level: _sweep(world, level, relay.received) for level in Level}


def _sweep(world: World, level: Level, received: list[bytes]) -> Sweep:
    found = Sweep()
    received.clear()
    for model in (Digest, Mailed, Message):
        model.objects.all().delete()  # type: ignore[attr-defined]
    Notice.objects.update(mailed_at=None, seen_at=None)
    choose(Rhythm.DAILY, *Person.objects.all(), level=level, is_always=True)
    with time_machine.travel(next_tuesday(), tick=True):
        hourly()
        drain(limit=10_000)
    for raw in received:
        mail: Any = opened(raw)
        found.pages += 1
        found.note(words_of(mail), reader_of(world, mail["To"]), f"a digest at level {level.name}")
    return found


def next_tuesday() -> Any:
    """A working morning soon after whatever day the tests run on."""
    today = clock.now().replace(hour=8, minute=30)
    return today + timedelta(days=(1 - today.weekday()) % 7 or 7)


def test_no_digest_tells_what_its_reader_may_not_read(planted: Planted, sweeps: dict[Level, Sweep]) -> None:
    leaks = [leak for sweep in sweeps.values() for leak in sweep.leaks(planted)]
    assert not leaks, f"{len(leaks)} words:\n" + "\n".join(leaks[:60])


def test_digests_really_carried_planted_words(planted: Planted, sweeps: dict[Level, Sweep]) -> None:
    met = sweeps[Level.WHOLE].columns(planted)
    assert {"contributions_contribution.title", "spaces_space.name", "people_person.display_name"} <= met
    assert met & TEXTS
    assert sweeps[Level.WHOLE].pages >= 5


def test_each_level_says_no_more_than_its_name(planted: Planted, sweeps: dict[Level, Sweep]) -> None:
    def columns(level: Level) -> set[str]:
        return {planted.where[word] for word in sweeps[level].met}

    assert columns(Level.NOVELTY) == set()
    assert "contributions_contribution.title" in columns(Level.TITLES)
    assert not columns(Level.TITLES) & TEXTS
    assert sweeps[Level.NOVELTY].pages == sweeps[Level.WHOLE].pages


@pytest.fixture
def calm(db: object) -> Iterator[None]:
    with time_machine.travel(next_tuesday(), tick=False):
        yield


def test_a_secret_community_changes_no_letter_of_a_stranger(calm: None) -> None:
    """Two worlds that differ by a secret community and all that happens in it: the same letter, byte for byte."""
    cast = build_cast()
    drain(limit=10_000)
    kind = registry.kind_for(cast.open, "discussion")
    assert kind is not None
    for number in range(4):
        kind.publish(cast.everyone, title=f"Pour tous {number}", body="Bonjour", by=cast.author)
    drain(limit=10_000)
    with translation.override("fr"):
        without = next_digest(cast.stranger)
        secret = Space.objects.create(id=new_id(), slug="chut", name="Chut", access=AccessType.SECRET)
        secret.memberships.create(person=cast.author)
        secret.subscriptions.create(person=cast.author)
        secret.subscriptions.create(person=cast.stranger)  # kept by mistake: it gives no right
        for number in range(5):
            kind.publish(
                secret, title=f"Chut {number}", body=f"@[](person:{cast.stranger.key})", by=cast.author
            )
        drain(limit=10_000)
        assert next_digest(cast.stranger) == without
    assert without is not None
