"""Who may do what: every address, as every actor, in every kind of space, against the reviewed table of tests/matrix."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import parvis.urls  # noqa: F401 — fills ROUTES
from parvis.kernel.ids import encode, new_id
from parvis.toolkit.routing import ROUTES
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import Row, filled, read_answers
from tests.matrix.site import ADMINISTRATION, DEMONSTRATION, RELAYED, SIGNED_IN, VISITORS
from tests.trial import Outcome, address_of, attempt, find_route, fingerprint, without_tokens
from tests.world import World

ROWS = [*VISITORS, *SIGNED_IN, *ADMINISTRATION, *SPACE, *THING]
ANSWERS = read_answers()
Before = dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def before(world: World) -> Before:
    return fingerprint()


def patterns(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for item in resolver.url_patterns:
        found += patterns(item) if isinstance(item, URLResolver) else [item]
    return found


def test_every_address_is_declared_with_an_ability() -> None:
    views = [pattern.callback for pattern in patterns(get_resolver())]
    declared = {(route.view.__module__, route.view.__qualname__) for route in ROUTES}
    assert len(views) == len(ROUTES)
    for view in views:
        assert view.__qualname__ == view.__wrapped__.__qualname__, f"{view} has no gate"
        assert (view.__module__, view.__qualname__) in declared


def test_no_two_addresses_share_a_name() -> None:
    names = [route.full_name for route in ROUTES]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_every_address_has_its_rows_in_the_reviewed_table() -> None:
    wanted = {(method, route.full_name) for route in ROUTES for method in route.methods}
    written = {(row.method, row.name) for row in ROWS}
    assert sorted(wanted - written) == []
    assert sorted(written - wanted) == []


def test_every_write_of_the_table_says_what_it_changes() -> None:
    assert [str(row) for row in ROWS if row.method == "POST" and not row.changes and not row.why] == []


def test_every_address_answers_somebody() -> None:
    elsewhere = {str(row) for row in (*DEMONSTRATION, *RELAYED)}
    open_to = {
        str(row): {word for cells in ANSWERS[row.pattern].values() for word in cells.values()} for row in ROWS
    }
    assert sorted(row for row, words in open_to.items() if "ok" not in words and row not in elsewhere) == []


def ask(world: World, row: Row, actor: str, space: str, before: Before | None) -> Outcome:
    """One cell of the table."""
    names = world.names_for(actor, "" if space == "site" else space)
    address = address_of(find_route(row.name), names, given=row.given, on=row.on)
    if row.query:
        address += "?" + row.query.format_map(names)
    more = {"headers": row.headers} if row.headers else {}
    return attempt(world, actor, row.method, address, filled(row.data, names), before=before, **more)


def stated(changes: str) -> dict[str, int | None]:
    """What the table says of the tables that change: "+1" rows, "+*" some more rows, "~" other values in as many rows."""
    pairs = [part.split() for part in changes.split(";") if part.strip()]
    amounts = {"~": 0, "+*": None}
    return {table: amounts[amount] if amount in amounts else int(amount) for table, amount in pairs}


def is_met(wanted: dict[str, int | None], changes: dict[str, int]) -> bool:
    """Whether these are the changes that the table states."""
    return all(
        table in changes and (changes[table] > 0 if amount is None else changes[table] == amount)
        for table, amount in wanted.items()
    )


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_actor_gets_what_the_table_says(row: Row, world: World, before: Before) -> None:
    wrong: list[str] = []
    wanted = stated(row.changes)
    shown: list[dict[str, int]] = []
    allowed = 0
    for space, cells in ANSWERS[row.pattern].items():
        for actor, expected in cells.items():
            outcome = ask(world, row, actor, space, before if row.method == "POST" else None)
            here = f"{space} as {actor}: "
            if outcome.word != expected:
                wrong.append(f"{here}{outcome.word} ({outcome.status}) instead of {expected}{_why(outcome)}")
            if expected == "ok":
                allowed += 1
                shown.append(outcome.changes)
            elif outcome.changes:
                wrong.append(f"{here}refused, yet {outcome.changes}")
    assert not wrong, "\n".join(wrong)
    if row.method == "POST" and row.why:
        assert [changes for changes in shown if changes] == [], "it keeps something: the table must say what"
    if row.method == "POST" and not row.why:
        assert allowed, "nobody may do it"
        done = [changes for changes in shown if is_met(wanted, changes)]
        assert done, f"nobody allowed changed {wanted}; what changed: {shown[:4]}"


def _why(outcome: Outcome) -> str:
    info: Any = getattr(outcome.response, "exc_info", None)
    return f" {info[1]!r}" if info else ""


SECRET = [row for row in (*SPACE, *THING) if "secret" in ANSWERS[row.pattern]]


@pytest.mark.parametrize("row", SECRET, ids=str)
def test_what_is_secret_answers_as_what_never_existed(row: Row, world: World) -> None:
    names = world.names_for("stranger", "secret")
    route = find_route(row.name)
    if ANSWERS[row.pattern]["secret"]["stranger"] != "404":
        pytest.skip("its answer says nothing of the thing in the address")
    real = names["slug"] if route.on == "space" else names[row.on]
    never = "un-autre-espace" if route.on == "space" else encode(new_id())
    there = ask(world, row, "stranger", "secret", None)
    address = address_of(
        route, {**names, "slug" if route.on == "space" else row.on: never}, given=row.given, on=row.on
    )
    more = {"headers": row.headers} if row.headers else {}
    nowhere = attempt(world, "stranger", row.method, address, filled(row.data, names), **more)
    assert (there.status, nowhere.status) == (404, 404)
    assert without_tokens(there.text, real) == without_tokens(nowhere.text, never)
    assert headers_of(there) == headers_of(nowhere)


def headers_of(outcome: Outcome) -> dict[str, str]:
    return {name: value for name, value in outcome.response.headers.items() if name != "Content-Length"}
