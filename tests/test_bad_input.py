"""What is wrong, missing, far too long or hostile gets a page with a sentence, never a failure; what was typed stays.

Not here: who may (the matrix).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

import parvis.urls  # noqa: F401 — fills ROUTES
from parvis.toolkit.routing import ROUTES, Route
from tests.matrix.inside import SPACE, THING
from tests.matrix.rows import FILES, Row, filled, read_answers
from tests.matrix.site import ADMINISTRATION, SIGNED_IN, VISITORS
from tests.trial import Outcome, address_of, attempt, find_route, undone
from tests.world import World

ROWS = [*VISITORS, *SIGNED_IN, *ADMINISTRATION, *SPACE, *THING]
POSTS = [row for row in ROWS if row.method == "POST"]
GETS = [row for row in ROWS if row.method == "GET"]
ANSWERS = read_answers()
BIG = "9223372036854775808"
HOSTILE = "<script>alert(1)</script>' OR 1=1 -- \u202e{{7*7}}../../etc/passwd\r\nX-Evil: 1"
QUERY = {
    name: [HOSTILE, BIG, "1000000000", "-1", "0000000000000", "a\x00b"]
    for name in ("q", "after", "page", "before", "as_of", "since", "reply", "space", "kind", "theme", "order", "ids", "h",
                 "colour", "state", "site", "template", "step", "next", "show", "new", "ideas", "mode", "category")
}  # fmt: skip


def whoever_may(row: Row) -> tuple[str, str]:
    """An actor and a space in which the table lets the request through, else one who gets as far as possible."""
    cells = [
        (space, actor, word) for space, found in ANSWERS[row.pattern].items() for actor, word in found.items()
    ]
    for wanted in ("ok", "422", "403", "404"):
        for space, actor, word in cells:
            if word == wanted:
                return actor, space
    raise AssertionError(row)


def send(world: World, row: Row, data: dict[str, Any], **swapped: str) -> Outcome:
    actor, space = whoever_may(row)
    names = world.names_for(actor, "" if space == "site" else space) | swapped
    return attempt(
        world, actor, row.method, address_of(find_route(row.name), names, given=row.given, on=row.on), data
    )


def judge(outcome: Outcome, what: str) -> None:
    info: Any = getattr(outcome.response, "exc_info", None)
    assert outcome.status < 500, f"{what}: {outcome.status} {info[1] if info else ''!r}"
    has_body = outcome.response.request["REQUEST_METHOD"] != "HEAD"
    if outcome.status >= 400 and outcome.status != 405 and has_body:
        said = re.sub(r"<[^>]*>", " ", outcome.text)
        assert re.search(r"\w+ \w+ \w+", said), f"{what}: {outcome.status} says nothing"
        assert "Traceback" not in outcome.text
        assert "<script>alert(1)" not in outcome.text


def wrong(row: Row, names: dict[str, str], other: str) -> dict[str, dict[str, Any]]:
    """The payload of a row, made wrong in each way."""
    plain = {name: value for name, value in filled(row.data, names).items() if not is_file(row, name)}
    given = [*plain, *(name for name in row.data if is_file(row, name))]
    return {
        "nothing": {},
        "empty": dict.fromkeys(given, ""),
        "far too long": dict.fromkeys(given, "x" * 300_000),
        "a list": {name: [str(value), "2", BIG] for name, value in plain.items()},
        "a number beyond": dict.fromkeys(given, BIG),
        "another thing's id": dict.fromkeys(given, other),
        "hostile": dict.fromkeys(given, HOSTILE),
        "no text": dict.fromkeys(given, "a\x00b"),
    }


def is_file(row: Row, name: str) -> bool:
    return row.data.get(name) in (*FILES,)


@pytest.mark.parametrize("row", POSTS, ids=str)
def test_no_form_fails_whatever_is_sent(row: Row, world: World) -> None:
    actor, space = whoever_may(row)
    names = world.names_for(actor, "" if space == "site" else space)
    for what, data in wrong(row, names, world.site["message"]).items():
        judge(send(world, row, data), what)


@pytest.mark.parametrize("row", GETS, ids=str)
def test_no_page_fails_whatever_its_address_says(row: Row, world: World) -> None:
    actor, space = whoever_may(row)
    names = world.names_for(actor, "" if space == "site" else space)
    address = address_of(find_route(row.name), names, given=row.given, on=row.on)
    for at in range(6):
        judge(attempt(world, actor, "GET", address, QUERY_STRING=_encoded(at)), f"query {at}")


def _encoded(at: int) -> str:
    from urllib.parse import urlencode

    return urlencode({name: values[at] for name, values in QUERY.items()})


HOLES = [route for route in ROUTES if "<key:" in route.pattern or route.on == "thing"]


@pytest.mark.parametrize("row", [row for row in ROWS if find_route(row.name) in HOLES], ids=str)
def test_the_id_of_another_thing_is_nothing(row: Row, world: World) -> None:
    actor, space = whoever_may(row)
    names = world.names_for(actor, "" if space == "site" else space)
    route = find_route(row.name)
    for other in (world.site["message"], "zzzzzzzzzzzzz"):
        holes = dict.fromkeys(re.findall(r"<key:(\w+)>", route.pattern), other)
        swapped = {**names, **holes, row.on: other}
        data = filled(row.data, names)
        outcome = attempt(
            world,
            actor,
            row.method,
            address_of(route, swapped, given={**row.given, **holes}, on=row.on),
            data,
        )
        assert outcome.status in (404, 403, 422, 302, 303), outcome.status
        judge(outcome, other)


# Asked by mail programs, which have neither session nor form (RFC 8058): the address holds a signature of its own.
SIGNED = {"mail_stop"}


@pytest.mark.parametrize("row", [row for row in POSTS if row.name not in SIGNED], ids=str)
def test_a_form_of_another_site_is_refused(row: Row, world: World) -> None:
    actor, space = whoever_may(row)
    names = world.names_for(actor, "" if space == "site" else space)
    client = Client(enforce_csrf_checks=True)
    if actor in world.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[actor]
    with undone():
        response = client.post(address_of(find_route(row.name), names, given=row.given, on=row.on), {})
    assert response.status_code == 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.full_name)
def test_a_method_nobody_declared_is_refused(route: Route, world: World) -> None:
    row = next(row for row in ROWS if row.name == route.full_name)
    actor, space = whoever_may(row)
    address = address_of(
        route, world.names_for(actor, "" if space == "site" else space), given=row.given, on=row.on
    )
    client = world.client(actor)
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - set(route.methods):
        with undone():
            assert client.generic(method, address).status_code == 405, method


LONG = "Une phrase qui reste. " * 20
KEPT = [
    ("composer", "/publish/", {"space": "{slug}", "kind": "question", "title": "", "body": LONG}, LONG, "member"),
    ("composer in no place", "/publish/", {"space": "", "kind": "note", "body": LONG}, LONG, "member"),
    ("composer too long", "/publish/", {"space": "{slug}", "kind": "question", "title": "t" * 400, "body": LONG}, LONG, "member"),
    ("reply", "/go/{note}/reply/", {"body": "mot gardé " * 20_000}, "mot gardé mot gardé", "member"),
    ("reply to what is gone", "/go/{note}/reply/", {"body": LONG, "parent": "zzzzzzzzzzzzz"}, LONG, "member"),
    ("edit", "/go/{question}/edit/", {"title": "", "body": LONG, "version": "1"}, LONG, "author"),
    ("edit of a reply", "/go/{note}/replies/{own_reply}/edit/", {"body": "mot gardé " * 20_000}, "mot gardé mot gardé", "author"),
    ("profile", "/people/{me}/edit/", {"display_name": "", "bio": LONG}, LONG, "member"),
    ("community's words", "/c/{slug}/host/", {"name": "", "purpose": "Phrase gardée"}, "Phrase gardée", "host"),
    ("charter", "/c/{slug}/host/charter/", {"charter": "mot gardé " * 5_000}, "mot gardé mot gardé", "host"),
    ("assistant", "/communities/new/", {"name": "", "purpose": "Phrase gardée", "step": "1"}, "Phrase gardée", "member"),
    ("invitations", "/c/{slug}/host/invitations/", {"people": "Phrase gardée", "word": "w" * 500}, "Phrase gardée", "host"),
    ("recurring text", "/c/{slug}/host/recurring/", {"option": "question", "title": "", "body": LONG, "every": "?"}, LONG, "host"),
    ("idea", "/forum/{storm}/ideas/", {"title": "", "body": LONG}, LONG, "member"),
    ("reason for closing", "/forum/{question}/close/", {"because": "mot gardé " * 200}, "mot gardé mot gardé", "author"),
    ("split", "/forum/{question}/split/", {"title": "Titre gardé", "space": "{slug}"}, "Titre gardé", "host"),
    ("category", "/c/{slug}/forum/categories/", {"name": "Nom gardé " * 20}, "Nom gardé Nom gardé", "host"),
    ("share", "/go/{sharable}/shares/", {"space": "", "body": LONG}, LONG, "member"),
    ("hello", "/welcome/hello/", {"hello": "mot gardé " * 50}, "mot gardé mot gardé", "member"),
    ("new account", "/admin/people/new/", {"name": "Nom Gardé", "email": "pas une adresse"}, "Nom Gardé", "administrator"),
    ("look", "/admin/look/", {"name": "Nom gardé", "colour": "rouge"}, "Nom gardé", "administrator"),
    ("pioneers", "/admin/steps/pioneers/", {"people": "pas une adresse gardée"}, "pas une adresse gardée", "administrator"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "data", "typed", "actor"), [kept[1:] for kept in KEPT], ids=[kept[0] for kept in KEPT]
)
def test_a_refused_form_comes_back_as_it_was_typed(
    address: str, data: dict[str, str], typed: str, actor: str, world: World
) -> None:
    names = world.names_for(actor, "on_request")
    sent = {name: value.format_map(names) for name, value in data.items()}
    outcome = attempt(world, actor, "POST", address.format_map(names), sent)
    assert outcome.status == 422, outcome.status
    assert typed.strip() in outcome.text.replace("&#39;", "'").replace("&#x27;", "'")
