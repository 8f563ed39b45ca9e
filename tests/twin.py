"""Two worlds that differ only by what is secret, in two databases, with the same clock, ids and chance; and asking both.

Keys, tokens and nonces are drawn from seeded sources: nothing but the moments in a PDF is taken out of an answer before it
is compared. Not here: what is asked (test_twin_world).
"""

from __future__ import annotations

import gc
import random
import re
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone, translation

from parvis.contributions import marking, replies
from parvis.contributions.marks import Follow
from parvis.contributions.reading import find_contribution
from parvis.journal.jobs import drain
from parvis.kernel import ids, images
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.ids import decode
from parvis.kernel.memory import Memory
from parvis.membership import actions, invitations
from parvis.search.saved import save_search
from parvis.spaces.models import Space
from parvis.testing.cluster import cluster
from parvis.testing.plugin import DATABASE
from parvis.toolkit import registry
from parvis.tools.notes.actions import publish_note
from parvis.tools.shares.actions import share
from tests.trial import Outcome, attempt, fingerprint, undone
from tests.world import World, build_world, fill_space
from tests.world_exchanges import exchange_here

MOMENT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # a Tuesday morning on which both worlds are made
ASKED_AT = MOMENT + timedelta(hours=2)
OUTSIDERS = ("stranger", "host_elsewhere", "visitor")
MEMBERS = ("member", "author", "cohost", "ex_member")
WORD = "comète"  # in every text of what is secret, and nowhere else
Answer = tuple[Any, ...]
# REVIEWED BY PEOPLE: all that is taken out before comparing. The process that makes PDFs has a clock of its own.
MADE_AT = re.compile(rb"D:\d{14}|/ID\s*\[<[0-9a-f]+><[0-9a-f]+>\]")


class Chance:
    """The randomness of both worlds: seeded before each thing that is done, so that both draw the same."""

    def __init__(self) -> None:
        self.source = random.Random(1)

    def patched(self, patch: pytest.MonkeyPatch) -> None:
        """Lets every secret, token and nonce be drawn here."""
        patch.setattr(secrets, "token_bytes", lambda size=32: self.source.randbytes(size))
        patch.setattr(secrets, "token_hex", lambda size=32: self.source.randbytes(size).hex())
        patch.setattr(secrets, "token_urlsafe", self._urlsafe)
        patch.setattr(secrets, "choice", lambda given: self.source.choice(given))
        patch.setattr(secrets, "randbits", lambda bits: self.source.getrandbits(bits))

    def _urlsafe(self, size: int = 32) -> str:
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(self.source.choice(letters) for _letter in range(size * 4 // 3 + 1))

    @contextmanager
    def of(self, seed: str) -> Iterator[None]:
        """What is done inside draws from a source of its own; the one outside goes on as if nothing had been drawn."""
        kept, number = self.source, zlib.crc32(seed.encode())
        self.source = random.Random(number)
        try:
            with ids.drawn_from(number):
                yield
        finally:
            self.source = kept


@dataclass
class Secret:
    """What an outsider may guess or be told by a careless member: names of the secret's things."""

    names: list[dict[str, str]] = field(default_factory=list)
    site: dict[str, str] = field(default_factory=dict)


@dataclass
class Twins:
    """World A, and world B that has the secret besides."""

    chance: Chance
    worlds: dict[str, World] = field(default_factory=dict)
    wrappers: dict[str, BaseDatabaseWrapper] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    secret: Secret = field(default_factory=Secret)
    compared: int = 0

    @contextmanager
    def inside(self, which: str) -> Iterator[World]:
        """One of the worlds, with nothing of the other in this process's memory."""
        connections["default"] = self.wrappers[which]
        for one in gc.get_objects():
            if isinstance(one, Memory):
                one.clear()
        translation.deactivate()
        timezone.deactivate()
        with time_machine.travel(ASKED_AT, tick=False):
            yield self.worlds[which]

    def differences(self, asked: Callable[[World], dict[str, Answer]]) -> list[str]:
        """Asks both worlds the same, and says in what they differ."""
        with self.inside("A") as world:
            without = asked(world)
        with self.inside("B") as world:
            having = asked(world)
        assert without.keys() == having.keys(), sorted(without.keys() ^ having.keys())[:20]
        self.compared += len(without)
        return [
            f"{key}: {_told_apart(without[key], having[key])}"
            for key in without
            if without[key] != having[key]
        ]

    def ask(
        self, world: World, actor: str, method: str, address: str, data: Any = None, **more: Any
    ) -> Answer:
        """All that an answer tells, down to its bytes; for a write also what changed in the database."""
        which = "A" if world is self.worlds["A"] else "B"
        with self.chance.of(f"{actor} {method} {address}"):
            before = self.before[which] if method != "GET" else None
            outcome = attempt(world, actor, method, address, data, before=before, **more)
        return answer_of(outcome)


def answer_of(outcome: Outcome) -> Answer:
    """What can be compared of an answer."""
    response = outcome.response
    headers = sorted(response.headers.items())
    body = MADE_AT.sub(b"", outcome.body) if outcome.body.startswith(b"%PDF") else outcome.body
    return outcome.status, headers, response.cookies.output(), len(outcome.body), body, outcome.changes


def _told_apart(one: Answer, other: Answer) -> str:
    """The first place where two answers part."""
    for number, (left, right) in enumerate(zip(one, other, strict=True)):
        if left == right:
            continue
        if isinstance(left, bytes):
            at = next(
                (at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b),
                min(len(left), len(right)),
            )
            return f"…{left[max(0, at - 120) : at + 120]!r} without, …{right[max(0, at - 120) : at + 120]!r} with"
        if number == 3 and isinstance(left, int):
            continue  # the bytes say it better
        return f"{left!r} without, {right!r} with"
    return "nothing"


@contextmanager
def twin_worlds() -> Iterator[Twins]:
    """Both worlds, each in a transaction of its own database that is never committed."""
    twins, kept = Twins(Chance()), connections["default"]
    names: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        twins.chance.patched(patch)
        # The same few pictures again and again, each in a sandboxed process of its own.
        patch.setattr(images, "_decode", _remembering(images._decode))
        try:
            for which in ("A", "B"):
                names.append(cluster().clone(f"{DATABASE}_twin_{which.lower()}"))
                twins.wrappers[which] = _open(twins, names[-1])
                twins.worlds[which] = _build(twins, which)
                twins.before[which] = fingerprint()
            yield twins
        finally:
            for wrapper in twins.wrappers.values():
                wrapper.close()
            connections["default"] = kept
            for name in names:
                cluster().drop(name)


def _remembering(decode: Callable[..., Any]) -> Callable[..., Any]:
    kept: dict[str, Any] = {}

    def ask(function: str, order: dict[str, object], data: bytes) -> Any:
        key = repr((function, order, data))
        if key not in kept:
            kept[key] = decode(function, order, data)
        return kept[key]

    return ask


def _open(twins: Twins, name: str) -> BaseDatabaseWrapper:
    """A connection to a database, with a transaction open."""
    connections["default"] = wrapper = connections["default"].copy()
    wrapper.settings_dict = {**wrapper.settings_dict, "NAME": name}
    wrapper.inc_thread_sharing()
    transaction.atomic().__enter__()
    return wrapper


def _build(twins: Twins, which: str) -> World:
    for one in gc.get_objects():
        if isinstance(one, Memory):
            one.clear()
    with time_machine.travel(MOMENT, tick=False), twins.chance.of("world"):
        world = build_world()
        with acting(SYSTEM):
            save_search(WORD, name="Astres", tells=True, by=world.cast.stranger)
            drain()
    if which == "B":
        with acting(SYSTEM), twins.chance.of("secret"):
            twins.secret = _plant_secret(world)
    return world


# What is secret


def _plant_secret(world: World) -> Secret:
    """Two secret communities, one older than all that is known outside, one newer; each told of in every way there is."""
    found, spaces = Secret(), []
    for number, hours in enumerate((-36, 1)):
        with time_machine.travel(MOMENT + timedelta(hours=hours), tick=False):
            spaces.append(_found(world, number))
    for number, hours in enumerate((-24, 1)):
        with time_machine.travel(MOMENT + timedelta(hours=hours), tick=False):
            # What is made for everybody beside a space is made in the other secret one here.
            cast = replace(world.cast, secret=spaces[number], everyone=spaces[1 - number])
            own = World(cast)
            fill_space(own, "secret", _secretly)
            _entangle(world, spaces[number])
            found.site = exchange_here(cast, _secretly)
            drain(limit=10_000)
            found.names.append(own.names["secret"])
    return found


def _secretly(text: str) -> str:
    return f"{text} {WORD}"


def _found(world: World, number: int) -> Space:
    cast = world.cast
    tools = [tool.slug for tool in registry.switchable()]
    space = actions.create_community(
        name=f"Projet {WORD} {number}", purpose=_secretly("Regarder loin."), theme="professional", access="secret",
        by=cast.host, tools=tools, is_silent=True,
    )  # fmt: skip
    for name in MEMBERS:
        actions.add_member(space, getattr(cast, name), by=SYSTEM, is_silent=True)
    actions.remove_member(space, cast.ex_member, by=SYSTEM)
    invitations.invite_person(space, cast.invitee, by=cast.host)
    space.subscriptions.create(person=cast.stranger)  # kept by mistake: it gives no right
    return space


def _entangle(world: World, space: Space) -> None:
    """Ties of the secret to what outsiders see: mentions, tags, links, shares, answers, things followed."""
    cast, everyone = world.cast, world.names["everyone"]
    text = f"{WORD} lampe @[](person:{cast.stranger.key}) @[](person:{cast.host_elsewhere.key}) /go/{everyone['note']}/"
    for number in range(12):
        note = publish_note(space, body=f"{text} {number}", by=cast.author, tags=["lampes", WORD])
        replies.reply(find_contribution(note.id, cast.member), body=text, by=cast.member)
        marking.react(find_contribution(note.id, cast.member), "like", by=cast.member)
        marking.bookmark(find_contribution(note.id, cast.member), by=cast.member)
        Follow.objects.create(person=cast.stranger, contribution_id=note.id, level=2)
    sharable = find_contribution(decode(world.names["open"]["sharable"]), cast.author)
    share(sharable, space, comment=_secretly("Voyez"), by=cast.author)
    save_search(f"lampe {WORD}", name=_secretly(f"La nôtre {space.slug}"), tells=True, by=cast.member)


__all__ = ["OUTSIDERS", "Twins", "answer_of", "twin_worlds", "undone"]
