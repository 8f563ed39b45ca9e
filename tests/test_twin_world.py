"""Two databases that differ only by secret communities and a private exchange answer outsiders the same, byte for byte.

Every address and every parameter of the matrix enters by itself; nothing is taken out of an answer before it is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import translation
from pytest_django import DjangoDbBlocker

from parvis.dav.tests.programs import program_of
from parvis.kernel.ids import encode
from parvis.mailing.models import Rhythm
from parvis.mailing.sending import next_digest
from parvis.spaces.models import SpaceQuerySet
from parvis.testing.letters import choose
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row, filled
from tests.sweeping import GETS, MORE, POSTS, SEARCHES, addresses_of, keys_read
from tests.test_canary_programs import QUERY, guessed_dates, guessed_files
from tests.trial import address_of, attempt, find_route, undone
from tests.twin import OUTSIDERS, WORD, Answer, Twins, twin_worlds
from tests.world import World

QUESTIONS = (
    WORD, f"lampe {WORD}", "lampe", "projet", "lampes", "plan", "aude", "comet", "bilan du mois", "lempe",
)  # fmt: skip
ASKING = (
    "/search/?q={}", "/search/suggest/?q={}", "/tags/suggest/?q={}", "/people/suggest/?q={}", "/publish/similar/?q={}",
    "/people/?q={}", "/communities/?q={}", "/tags/{}/", "/search/?q={}&by=new",
)  # fmt: skip
SIGNED = OUTSIDERS[:2]


@pytest.fixture(scope="module")
def twins(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Twins]:
    with django_db_blocker.unblock(), twin_worlds() as found:
        yield found


@pytest.fixture(autouse=True)
def told(twins: Twins, record_property: Any) -> Iterator[None]:
    """How much was compared is said at the end of the run."""
    before = twins.compared
    yield
    record_property("twin world", twins.compared - before)


def told_apart(found: list[str]) -> str:
    return f"{len(found)} answers differ:\n" + "\n".join(found[:12])


def names_in(twins: Twins, world: World, actor: str) -> Iterator[dict[str, str]]:
    """What the secret's things are called, whether they exist in this world or not."""
    for names in twins.secret.names:
        yield {**world.names_for(actor), **twins.secret.site, **names}


def address_in(row: Row, names: dict[str, str]) -> str:
    address = address_of(find_route(row.name), names, given=row.given, on=row.on)
    return address + (f"?{row.query.format_map(names)}" if row.query else "")


def pages(twins: Twins, world: World, actors: tuple[str, ...], rows: list[Row]) -> dict[str, Answer]:
    found = {}
    for actor in actors:
        for address in sorted({address for row in rows for address in addresses_of(world, row, actor)}):
            found[f"{actor} {address}"] = twins.ask(world, actor, "GET", address)
    return found


def test_both_worlds_are_the_same_but_for_the_secret(twins: Twins) -> None:
    """The same keys, tokens and addresses; else nothing below would compare anything."""
    one, other = twins.worlds["A"], twins.worlds["B"]
    assert one.names == other.names
    assert one.site == other.site
    assert one.sessions == other.sessions
    (without, having), rows = (twins.before[which] for which in "AB"), "contributions_contribution"
    assert having[rows][0] > without[rows][0] + 100
    assert len(twins.secret.names) == 2


@pytest.mark.parametrize("actor", OUTSIDERS)
def test_every_page_is_the_same_to_outsiders(twins: Twins, actor: str) -> None:
    found = twins.differences(lambda world: pages(twins, world, (actor,), [*GETS, *MORE]))
    assert not found, told_apart(found)
    assert twins.compared > 200


def test_every_question_finds_the_same(twins: Twins) -> None:
    addresses = sorted({*SEARCHES} | {way.format(quote(words)) for way in ASKING for words in QUESTIONS})
    found = twins.differences(
        lambda world: {
            f"{actor} {address}": twins.ask(world, actor, "GET", address)
            for actor in SIGNED
            for address in addresses
        }
    )
    assert not found, told_apart(found)


def test_every_parameter_of_every_page_finds_the_same(twins: Twins) -> None:
    """Words, slugs and keys of what is secret, in all parameters that a view was seen to look for."""
    secret = twins.secret.names[0]
    looked_for: dict[str, set[str]] = {}

    def asked(world: World) -> dict[str, Answer]:
        answers = {}
        for row in GETS:
            names = world.names_for("stranger", "open")
            address = address_of(find_route(row.name), names, given=row.given, on=row.on)
            if address not in looked_for:
                with keys_read() as keys:
                    attempt(world, "stranger", "GET", address)
                looked_for[address] = {*keys}
            for value in (WORD, secret["slug"]):
                given = "&".join(f"{key}={quote(value)}" for key in sorted(looked_for[address]))
                if given:
                    answers[f"{address}?{given}"] = twins.ask(world, "stranger", "GET", f"{address}?{given}")
        return answers

    found = twins.differences(asked)
    assert not found, told_apart(found)


def test_addresses_of_what_is_secret_answer_as_those_of_nothing(twins: Twins) -> None:
    """In one of the worlds these keys and slugs never existed."""

    def asked(world: World) -> dict[str, Answer]:
        return {
            f"{actor} {address}": twins.ask(world, actor, row.method, address, headers=row.headers)
            for actor in OUTSIDERS
            for names in [*names_in(twins, world, actor)][: 2 if actor == "stranger" else 1]
            for row in (*SPACE, *THING, *NAMING)
            if row.method != "POST"
            for address in [address_in(row, names)]
        }

    found = twins.differences(asked)
    assert not found, told_apart(found)


def test_writes_to_what_is_secret_are_answered_as_writes_to_nothing(twins: Twins) -> None:
    """And change the same, which the matrix says is nothing where the address is the secret's."""

    def asked(world: World) -> dict[str, Answer]:
        return {
            f"{actor} {row} {address}": twins.ask(
                world, actor, "POST", address, filled(row.data, names), headers=row.headers
            )
            for actor in OUTSIDERS
            for names in [*names_in(twins, world, actor)][:1]
            for row in POSTS
            if row.name not in SLOW
            for address in [address_in(row, names)]
        }

    found = twins.differences(asked)
    assert not found, told_apart(found)


# Pages of the site that name a place or a thing in what they are given.
NAMING = [
    row for row in GETS if row not in SPACE + THING and ("{" in row.query or row.on != "note" or row.given)
]
# Passwords take their time by design, and name no place.
SLOW = {"sign_in", "password", "reset", "invitation"}


WAYS = {
    "/dav": (("PROPFIND", ""), ("GET", "")),
    "/caldav": (("PROPFIND", ""), ("GET", ""), ("REPORT", QUERY)),
}


def test_programs_are_told_the_same(twins: Twins) -> None:
    """Files and calendars as file managers and phones see them."""

    with twins.inside("B") as world:
        slugs = [names["slug"] for names in twins.secret.names]
        events = [names["event"] for names in twins.secret.names]
        files = sorted(
            {"/", "/documents/", *guessed_files(world), *(f"/documents/{slug}/" for slug in slugs)}
        )
        dates = sorted({"/", *guessed_dates(world), *(f"/calendars/c-{slug}/" for slug in slugs)})
        dates += [f"/calendars/mine/{key}.ics" for key in events]

    def asked(world: World) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for actor in SIGNED:
            person = world.people()[actor]
            assert person is not None
            with undone(), twins.chance.of(f"programs of {actor}"):
                for mount, paths in (("/dav", files), ("/caldav", dates)):
                    program = program_of(person, "both", mount)
                    for path in paths:
                        for method, body in WAYS[mount]:
                            said = program(method, path, body, depth="1")
                            answers[f"{actor} {method} {mount}{path}"] = (
                                said.status,
                                sorted(said.headers.items()),
                                said.body,
                            )
        return answers

    found = twins.differences(asked)
    assert not found, told_apart(found)


def test_the_next_digest_says_the_same(twins: Twins) -> None:
    def asked(world: World) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for actor in SIGNED:
            person = world.people()[actor]
            assert person is not None
            with undone(), twins.chance.of(f"digest of {actor}"), translation.override("fr"):
                choose(Rhythm.DAILY, person, is_always=True)
                answers[actor] = (repr(next_digest(person)),)
        return answers

    found = twins.differences(asked)
    assert not found, told_apart(found)


def test_a_list_that_counts_every_place_turns_it_red(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: a number alone tells the worlds apart, even where no word of the secret is shown."""
    monkeypatch.setattr(SpaceQuerySet, "visible_to", lambda rows, person: rows.all())
    compared = twins.compared
    found = twins.differences(
        lambda world: {"communities": twins.ask(world, "stranger", "GET", "/communities/")}
    )
    twins.compared = compared
    assert len(found) == 1
    assert encode(twins.worlds["A"].cast.secret.id)  # both worlds have one secret place; B has two more
