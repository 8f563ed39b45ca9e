"""Transactions that know who acts, prepared hot reads, and the count of statements at the driver.

Not here: the queries themselves (each room keeps its own) and the embedded server (kernel.postgres).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg
from django.db import connection, models, transaction
from psycopg.rows import namedtuple_row

from parvis.kernel.ids import new_id


class HasId(Protocol):
    """Whoever acts: all the database needs to know of them is the key."""

    @property
    def id(self) -> int: ...


class System:
    """The actor of jobs, imports and commands."""

    id = 0


SYSTEM = System()


@contextmanager
def acting(actor: HasId | None) -> Iterator[None]:
    """One transaction in which the database knows the actor (`parvis.person`; empty for a visitor).

    Row-level policies read this setting, so nothing opens a transaction another way. The setting is local to
    the transaction: it can't leak through a pooled connection.
    """
    with transaction.atomic():
        declare_actor(actor)
        yield


def declare_actor(actor: HasId | None) -> None:
    """Tells the running transaction who acts; for callers that learn it inside (the request door)."""
    value = "" if actor is None else str(actor.id)
    read("SELECT set_config('parvis.person', %s, true)", [value])


def read(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
    """Rows of a hot read as named tuples, by a prepared statement on Django's own connection, in its transaction.

    Values come in binary: psycopg loads them in C, where Django has put slower loaders of its own for texts, and
    JSON as a value rather than a text. Every type used here has a binary form (text search vectors don't).
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection, row_factory=namedtuple_row) as cursor:
        cursor.execute(sql, params, prepare=True, binary=True)
        # (`cursor.description` would build an object for every column.)
        return cursor.fetchall() if cursor.rownumber is not None else []


@dataclass
class Statements:
    """What the driver was asked to run while a count was open."""

    texts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.texts)


@contextmanager
def count_statements() -> Iterator[Statements]:
    """Counts statements at the driver, raw reads included; transaction control isn't counted."""
    seen = Statements()
    original = psycopg.Cursor.execute

    def execute(self: psycopg.Cursor[Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        text = query if isinstance(query, str) else str(query)
        if not text.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")):
            seen.texts.append(text)
        return original(self, query, *args, **kwargs)

    psycopg.Cursor.execute = execute  # type: ignore[method-assign,assignment]
    try:
        yield seen
    finally:
        psycopg.Cursor.execute = original  # type: ignore[method-assign]


class Keyed(models.Model):
    """A row whose key is made by us, never by a sequence: counts can't be read from it."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
