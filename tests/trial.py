"""One request in a savepoint that is always rolled back, and what it did to the database. Not here: what is expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction

import parvis.urls  # noqa: F401 — fills ROUTES
from parvis.toolkit.routing import ROUTES, Route
from tests.world import World

# Not part of what a request may be refused to change: the day of a session, when one was here last, keys of repeated forms, work that failed.
LEFT_OUT = {
    "journal_receipt",
    "returning_stay",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
}
NOT_HASHED = {
    "accounts_session": "to_jsonb(t) - 'seen_on'",
    "procrastinate_jobs": "to_jsonb(t) - 'scheduled_at'",
}


def tables() -> list[str]:
    """Every table of the house's own, and the queue of jobs."""
    ours = {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("parvis.")}
    return sorted((ours | {"procrastinate_jobs"}) - LEFT_OUT)


Marks = dict[str, tuple[int, str]]


def fingerprint(names: Iterable[str] | None = None) -> Marks:
    """Each table's number of rows and the hash of all it holds."""
    parts = [
        f"SELECT '{name}', count(*), coalesce(md5(string_agg(row, '' ORDER BY row)), '') "
        f"FROM (SELECT ({NOT_HASHED.get(name, 't.*')})::text AS row FROM {name} t) rows"
        for name in (tables() if names is None else names)
    ]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return {name: (count, mark) for name, count, mark in cursor.fetchall()}


def touched() -> dict[str, int]:
    """How many rows this transaction has written so far in each table, taken back or not (PostgreSQL counts them)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
            "WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


@dataclass
class Outcome:
    """An answer, and what had changed when it was given."""

    response: Any
    changes: dict[str, int]  # table → rows more or less; 0: as many rows, other values

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def body(self) -> bytes:
        response = self.response
        return b"".join(response) if response.streaming else bytes(response.content)

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def word(self) -> str:
        """As the table says it."""
        if self.status == 401 or (
            self.status == 302 and "/accounts/login/?next=" in self.response.headers["Location"]
        ):
            return "in"
        return "ok" if self.status < 400 else str(self.status)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside never happened."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
        connection.needs_rollback = False


def attempt(
    world: World, actor: str, method: str, address: str, data: dict[str, Any] | None = None, *,
    before: Marks | None = None, then: Callable[[], None] | None = None, **more: Any,
) -> Outcome:  # fmt: skip
    """Asks as that actor, compares the database with `before` when it is given, and takes everything back.

    `then` is done in between, while what was written is still there.
    """
    client = world.client(actor)
    written = touched() if before is not None else {}
    with undone():
        if method not in ("GET", "POST"):
            response = client.generic(method, address, **more)
        else:
            response = (
                client.get(address, **more) if method == "GET" else client.post(address, data or {}, **more)
            )
        outcome = Outcome(response, changes_since(before, written) if before is not None else {})
        if response.streaming:
            response.streaming_content = [b"".join(response)]
        if then is not None:
            then()
    return outcome


def changes_since(before: Marks, written: dict[str, int]) -> dict[str, int]:
    """What differs from an earlier fingerprint; tables in which nothing at all was written since need no look."""
    names = [name for name, count in touched().items() if written.get(name) != count and name in before]
    return {name: now[0] - before[name][0] for name, now in fingerprint(names).items() if now != before[name]}


def find_route(name: str) -> Route:
    """The declared route of this full name."""
    found = [route for route in ROUTES if route.full_name == name]
    assert len(found) == 1, f"{name}: {len(found)} routes have this name"
    return found[0]


def address_of(route: Route, names: dict[str, str], *, given: dict[str, str], on: str = "note") -> str:
    """Where a route is, with the world's names in its holes."""
    pattern = route.pattern
    if route.on == "space":
        pattern = f"c/{{slug}}/{route.tool + '/' if route.tool else ''}{pattern}"
    elif route.on == "site" and route.tool:
        pattern = f"{route.tool}/{pattern}"
    elif route.on == "thing":
        tail = f"{route.tool}/" if route.upon_any else ""
        pattern = f"{route.tool if route.tool and not route.upon_any else 'go'}/{{{on}}}/{tail}{pattern}"
    holes = {**names, **{name: value.format_map(names) for name, value in given.items()}}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: holes[hole[1]], pattern).format_map(names)


def without_tokens(text: str, *keys: str) -> str:
    """A page with what differs from one request to the next taken out."""
    text = re.sub(r'(name="?(?:csrfmiddlewaretoken|receipt)"? value="?)[^" >]+', r"\1", text)
    text = re.sub(r'(value="?)[^" >]+("? name="?(?:csrfmiddlewaretoken|receipt)"?)', r"\1\2", text)
    text = re.sub(r'(data-since="?)[^" >]+', r"\1", text)  # where the live stream begins
    for key in keys:
        text = text.replace(key, "KEY")
    return text
