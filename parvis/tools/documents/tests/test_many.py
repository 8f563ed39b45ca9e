"""Folders that grow: what a page reads stays the same. Not here: how fast it is (bench)."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from parvis.contributions.models import Contribution
from parvis.testing.cast import Cast
from parvis.tools.documents import reading
from parvis.tools.documents.models import Document
from parvis.tools.documents.tests.stage import client_of, document

NAMED = """'name', 'Fiche ' || n, 'name_key', 'fiche ' || lpad(n::text, 8, '0'), 'size', n,
  'changed_at', t.changed_at + n * interval '1 second'"""
COPY = """INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, generate_series(%(first)s, %(last)s) n,
  LATERAL jsonb_populate_record(t, jsonb_build_object('{key}', t.{key} + n {named})) r WHERE t.{key} = %(id)s"""


def grow(made: Any, first: int, last: int) -> None:
    """So many copies of a document, with names, dates and sizes of their own."""
    with connection.cursor() as cursor:
        for model, key, named in ((Contribution, "id", ""), (Document, "contribution_id", f", {NAMED}")):
            # A computed column computes itself.
            columns = [field.column for field in model._meta.concrete_fields if not field.generated]
            copy = COPY.format(
                table=model._meta.db_table,
                columns=", ".join(columns),
                values=", ".join(f"r.{column}" for column in columns),
                key=key,
                named=named,
            )
            cursor.execute(copy, {"id": made.id, "first": first, "last": last})
        cursor.execute("ANALYZE documents_document, contributions_contribution")


def rows_read(sql: str, given: dict[str, Any]) -> float:
    """Rows that a query touches, by the plan as it was run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", given)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]

    def walk(node: dict[str, Any]) -> float:
        inner = sum(walk(one) for one in node.get("Plans", []))
        return float(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] + inner
        )

    return walk(plan)


def test_a_folder_of_two_thousand_files_costs_what_one_of_two_hundred_does(cast: Cast) -> None:
    made = document(cast)
    cast.on_request.tools.get_or_create(slug="documents")
    given = {"space": cast.on_request.id, "folder": 0, "limit": reading.PAGE + 1}
    lists = {}
    for order, (key, way, than) in reading.ORDERS.items():
        for page, after in (("first", ""), ("next", reading.AFTER.format(key=key, than=than))):
            lists[f"{page} by {order}"] = reading.LIST.format(
                line=reading.LINE,
                people=reading.PEOPLE,
                folder="d.folder_id IS NULL",
                key=key,
                way=way,
                after=after,
            )
    lists["latest"] = reading.LATEST
    given |= {"me": cast.member.id, "at": "9999-01-01", "id": 0, "after": made.id + 60}
    costs = []
    for first, last in ((1, 199), (200, 1999)):
        grow(made, first, last)
        costs.append({order: rows_read(sql, given) for order, sql in lists.items()})
    assert Document.objects.count() == 2000
    for order in lists:
        assert costs[1][order] <= costs[0][order] * 1.2, (order, costs)


def test_its_pages_come_one_after_the_other(cast: Cast) -> None:
    made = document(cast)
    grow(made, 1, 249)
    cast.on_request.tools.get_or_create(slug="documents")
    base = f"/c/{cast.on_request.slug}/documents/"
    seen, after = 0, 0
    while True:
        rows, after = reading.list_folder(cast.on_request, None, order="size", after=after)
        seen += len(rows)
        if not after:
            break
    assert seen == 250
    assert client_of(cast.member).get(base).content.decode().count("document-row") == reading.PAGE
