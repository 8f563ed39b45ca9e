"""Pages that grow with what a community brings: a folder, a month, a shelf of articles; and how fast a file comes in.

Each is built small, measured, grown tenfold, measured again. Not here: the pages under load (bench.measure).
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

from parvis.kernel.postgres import Server

TIMES = 25
SMALL, LARGE = 1, 10
FILES, EVENTS, ARTICLES = 200, 50, 5_000  # of the small site
SOURCES = 20
MEGABYTES, PART = 128, 4 * 2**20
TOKEN = "a" * 32

COPY = """INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, generate_series(%(first)s::int, %(last)s::int) n,
  LATERAL jsonb_populate_record(t, jsonb_build_object('{key}', t.{key} + n {named})) r WHERE t.{key} = %(id)s"""
NAMED = ", 'name', 'Fiche ' || n, 'name_key', 'fiche ' || lpad(n::text, 8, '0'), 'size', n"
ARTICLE = """INSERT INTO feeds_item (id, source_id, mark, twin, digest, url, title, author, excerpt, html, folded, at, found_at)
  SELECT row_number() OVER () + %(base)s, s.id, 'm' || n, s.id || 'm' || n, '', '', 'Article ' || n, '', 'Un extrait',
    '<p>Un extrait</p>', 'article', now() - n * interval '1 minute', now()
  FROM feeds_source s, generate_series(%(first)s::int, %(last)s::int) n"""


def run(*, as_json: bool = False) -> dict[str, Any]:
    """Measures in a folder of its own, which is then deleted; prints the rows, and returns them."""
    from parvis.bench.measure import PORT, _prepare, _serve, _wait

    with tempfile.TemporaryDirectory(prefix="parvis-bench-") as folder, Server(Path(folder)) as server:
        environment = _prepare(server, Path(folder))
        os.environ.update(environment)
        import django

        django.setup()
        from parvis.bench.build import Size, build

        with server.superuser("parvis") as connection:
            connection.autocommit = False
            built = build(connection, Size(500), lambda what, done, total: None)
        report: dict[str, Any] = {"rows": _grown(server, built.sessions[1])}
        pages = _serve(environment)
        try:
            _wait(f"http://127.0.0.1:{PORT}/health", pages)
            report["upload_mb_s"] = _send(PORT, built.sessions[1], report["rows"][0]["path"])
        finally:
            os.killpg(pages.pid, signal.SIGTERM)
            pages.wait(10)
    sys.stdout.write((json.dumps(report) if as_json else _table(report)) + "\n")
    return report


def _grown(server: Server, session: str) -> list[dict[str, Any]]:
    """Each page's figures at both sizes."""
    from django.test import Client

    from parvis.accounts.models import Session
    from parvis.kernel.db import SYSTEM, acting
    from parvis.spaces.models import Space

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["session"] = session
    with acting(SYSTEM):
        person = Session.objects.select_related("person").get(session_key=session).person
        space = Space.objects.communities().filter(memberships__person=person, archived_at=None).first()
        assert space is not None
        for slug in ("documents", "calendar", "feeds"):
            space.tools.get_or_create(slug=slug)
    paths = {"folder": f"{space.url}documents/", "month": f"{space.url}calendar/", "shelf": "/feeds/"}
    rows: list[dict[str, Any]] = [{"name": name, "path": path, "figures": []} for name, path in paths.items()]
    before = 0
    for factor in (SMALL, LARGE):
        _fill(server, space, person, before, factor)
        before = factor
        for row in rows:
            row["figures"].append(_measured(client, row["path"]))
    return rows


def _fill(server: Server, space: Any, person: Any, before: int, factor: int) -> None:
    """Grows files, events of one month and articles from `before` to `factor` times the small size."""
    from parvis.kernel import clock
    from parvis.kernel.db import SYSTEM, acting, read
    from parvis.kernel.ids import new_id
    from parvis.tools.calendar.actions import add_event
    from parvis.tools.calendar.asking import Plan
    from parvis.tools.documents.models import Document
    from parvis.tools.feeds.models import Source, Subscription

    with acting(SYSTEM):
        if not before:
            _first_file(space, person)
            for number in range(SOURCES):
                source = Source.objects.create(url=f"https://s{number}.example/f", title=f"Source {number}")
                Subscription.objects.create(source=source, person=person)
        made = Document.objects.filter(space_id=space.id).order_by("contribution_id").first()
        assert made is not None
        _copy_files(made.contribution_id, max(1, before * FILES), factor * FILES - 1)
        first = clock.today().replace(day=1)
        for number in range(before * EVENTS, factor * EVENTS):
            day = first + timedelta(days=number % 28)
            add_event(
                space, Plan(day, day, None, None, "Europe/Paris"), title=f"Date {number}", body="", by=person
            )
        each = ARTICLES // SOURCES
        asked = {"first": before * each + 1, "last": factor * each, "base": new_id() % 2**40}
        read(ARTICLE, asked)
    with server.superuser("parvis") as connection:
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")


def _first_file(space: Any, person: Any) -> None:
    """One document by the ordinary way; the others are its copies."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from parvis.tools.documents.actions import upload

    upload(space, SimpleUploadedFile("Fiche.txt", b"Une fiche"), by=person)


def _copy_files(key: int, first: int, last: int) -> None:
    from parvis.contributions.models import Contribution
    from parvis.kernel.db import read
    from parvis.tools.documents.models import Document

    for model, column, named in ((Contribution, "id", ""), (Document, "contribution_id", NAMED)):
        columns = [field.column for field in model._meta.concrete_fields if not field.generated]
        values = ", ".join(f"r.{name}" for name in columns)
        table = model._meta.db_table
        copy = COPY.format(table=table, columns=", ".join(columns), values=values, key=column, named=named)
        read(copy, {"id": key, "first": first, "last": last})


def _measured(client: Any, path: str) -> dict[str, float]:
    """Median milliseconds of one page in one process, its statements and its weight."""
    from parvis.kernel.db import count_statements

    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    with count_statements() as seen:
        client.get(path)
    took = []
    for _time in range(TIMES):
        begun = time.perf_counter()
        client.get(path)
        took.append((time.perf_counter() - begun) * 1000)
    return {
        "ms": round(statistics.median(took), 1),
        "statements": len(seen),
        "kb": round(len(answer.content) / 1000),
    }


def _send(port: int, session: str, folder: str) -> float:
    """Megabytes a second of one large file in parts, through a real page server on this machine."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    common = {"Cookie": f"session={session}; csrf={TOKEN}", "X-CSRFToken": TOKEN, "Tus-Resumable": "1.0.0"}
    size = MEGABYTES * 2**20
    about = {"Upload-Length": str(size), "Upload-Metadata": f"filename {b64encode(b'film.bin').decode()}"}
    begun = time.perf_counter()
    line.request("POST", f"{folder}incoming/", headers=common | about)
    answer = line.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
    place, part = answer.headers["Location"], os.urandom(PART)
    for at in range(0, size, PART):
        headers = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        line.request("PATCH", place, body=part, headers=common | headers)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 204, answer.status
    return round(MEGABYTES / (time.perf_counter() - begun), 1)


def _table(report: dict[str, Any]) -> str:
    sizes = {"folder": FILES, "month": EVENTS, "shelf": ARTICLES}
    lines = []
    for row in report["rows"]:
        small, large = row["figures"]
        lines.append(
            f"{row['name']:8}{sizes[row['name']]:>8,} → {sizes[row['name']] * LARGE:>8,}"
            f"{small['ms']:8.1f} → {large['ms']:.1f} ms {small['statements']:4} → {large['statements']} statements"
            f"{small['kb']:6} → {large['kb']} kB"
        )
    return "\n".join([*lines, f"one file of {MEGABYTES} MB in parts: {report['upload_mb_s']} MB/s"])
