"""Pushes as devices open them: no planted word reaches who may not read it, and of what was said to say nothing, none at all.

Everybody has a device and is told of one fact of each kind, by the real jobs. Not here: the transport (push/tests).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from parvis.accounts.models import Session
from parvis.journal.jobs import drain
from parvis.kernel.post import Poster
from parvis.mailing.models import Level, NetworkRule, PlaceLevel
from parvis.push import sending
from parvis.push.models import Device
from parvis.push.tests.service import BrowserKeys
from parvis.spaces.models import Space
from tests.planting import Planted, plant
from tests.sweeping import Sweep, facts_of_each_kind, tell_everybody
from tests.world import World

SILENT = "member"


@pytest.fixture(scope="module")
def planted(world: World) -> Planted:
    return plant(world)


class Opened(Poster):
    """Takes what would leave, and opens it with the keys of the browser it is for."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, tuple[str, BrowserKeys]] = {}
        self.said: list[tuple[str, dict[str, Any]]] = []

    def post(self, url: str, *, role: str, body: bytes, headers: dict[str, str]) -> int:
        actor, keys = self.keys[url]
        self.said.append((actor, keys.open(body)))
        return 201


@pytest.fixture(scope="module")
def opened(world: World, planted: Planted) -> Any:
    NetworkRule.objects.update_or_create(id=1, defaults={"level": Level.WHOLE})
    for space in Space.objects.all():
        PlaceLevel.objects.update_or_create(space=space, defaults={"level": Level.WHOLE})
    poster = Opened()
    Device.objects.all().delete()
    for name, person in world.people().items():
        if person is None or name not in world.sessions:
            continue
        keys, url = BrowserKeys(), f"https://updates.push.services.mozilla.com/{name}"
        poster.keys[url] = name, keys
        session = Session.objects.get(session_key=world.sessions[name])
        Device.objects.create(
            person=person, session=session, endpoint=url, is_silent=name == SILENT, **keys.fields
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "site_poster", lambda: poster)
        patch.setattr("django.conf.settings.PARVIS_FETCH", True)
        tell_everybody(world, facts_of_each_kind(world))
        drain(limit=10_000)
    return poster


@pytest.fixture(scope="module")
def sweep(opened: Opened) -> Sweep:
    found = Sweep()
    for actor, said in opened.said:
        found.note(json.dumps(said, ensure_ascii=False), actor, "a push")
        found.pages += 1
    return found


def test_no_push_tells_what_its_reader_may_not_read(planted: Planted, sweep: Sweep) -> None:
    leaks = sweep.leaks(planted)
    assert not leaks, f"{len(leaks)} words:\n" + "\n".join(leaks[:60])


def test_pushes_really_carried_planted_words(planted: Planted, sweep: Sweep) -> None:
    assert {"contributions_contribution.title", "people_person.display_name"} <= sweep.columns(planted)
    assert sweep.pages > 20


def test_a_device_that_says_no_details_gets_the_same_words_each_time(opened: Opened) -> None:
    said = {json.dumps(one, sort_keys=True) for actor, one in opened.said if actor == SILENT}
    assert len(said) == 1
