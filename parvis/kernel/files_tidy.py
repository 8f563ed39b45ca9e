"""Whole stores at once: copy one to another, forget what no row names. Not here: the stores (files, files_s3).

What is named is read from the database's own description, so that no table can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models
from psycopg import sql

from parvis.kernel.db import SYSTEM, acting, read
from parvis.kernel.files import Store, site_store

GRACE_SECONDS = 3 * 86_400  # between a content's arrival and the row that names it, at most
OURS = "parvis."
LENGTH = 64  # letters of a hash


def copy_all(source: Store, target: Store) -> tuple[int, int]:
    """Copies each content that the other hasn't, checked by its hash; how many were copied, how many were there.

    Nothing is deleted, so it may be broken off and begun again. Raises TryAgain, NotFound for what vanishes meanwhile.
    """
    there = set(target.hashes())
    copied = kept = 0
    for sha256 in source.hashes():
        if sha256 in there:
            kept += 1
            continue
        with source.open(sha256) as content:
            target.put(sha256, content)
        copied += 1
    return copied, kept


def columns() -> Iterator[tuple[str, str, bool]]:
    """Every (table, column, whether it is JSON) of ours that could name a content."""
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith(OURS):
            continue
        for field in model._meta.concrete_fields:
            is_json = isinstance(field, models.JSONField)
            if is_json or (isinstance(field, models.CharField) and field.max_length == LENGTH):
                yield model._meta.db_table, str(field.column), is_json


def named_contents() -> set[str]:
    """The hashes that any row names, in a column of its own or inside JSON. One query for each column."""
    found: set[str] = set()
    for table, column, is_json in columns():
        name, place = sql.Identifier(column), sql.Identifier(table)
        if is_json:
            query = sql.SQL(
                "SELECT DISTINCT m[1] AS hash FROM {place} t, regexp_matches(t.{name}::text, {form}, 'g') m"
            ).format(place=place, name=name, form=sql.Literal('"([0-9a-f]{64})"'))
        else:
            query = sql.SQL("SELECT DISTINCT {name} AS hash FROM {place} WHERE length({name}) = 64").format(
                place=place, name=name
            )
        found |= {row.hash for row in read(query.as_string(None))}
    return found


def forget_orphans(*, min_age_seconds: float = GRACE_SECONDS) -> int:
    """Deletes the kept contents that no row names any more; returns how many. Called by a job, outside a transaction.

    Younger ones stay: their row may not be written yet. What arrives meanwhile becomes young, by the store's own lock.
    """
    with acting(SYSTEM):
        # Read last: what was named while the store was looked through is known.
        return site_store().collect_garbage(named_contents(), min_age_seconds=min_age_seconds)
