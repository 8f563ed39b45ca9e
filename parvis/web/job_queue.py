"""Work that failed, seen and taken up again by administrators. Not here: the jobs (each room's jobs.py) and the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.jobs import enqueue
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.people.models import Person
from parvis.web.site_settings import note

SHOWN = 100
FAILED = """
SELECT j.id, j.task_name, j.args, j.attempts,
  (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) AS at
FROM procrastinate_jobs j WHERE j.status IN ('failed', 'aborted') ORDER BY j.id DESC LIMIT %s"""
COUNTS = """
SELECT count(*) FILTER (WHERE status = 'todo') AS todo, count(*) FILTER (WHERE status = 'doing') AS doing,
  count(*) FILTER (WHERE status IN ('failed', 'aborted')) AS failed,
  (SELECT max(last_heartbeat) FROM procrastinate_workers) AS heartbeat
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed', 'aborted')"""


@dataclass(frozen=True)
class Queue:
    """What waits, what runs, what failed, and when a worker last gave a sign of life."""

    todo: int
    doing: int
    failed: int
    heartbeat: datetime | None
    rows: list[Any]


def read_queue(*, by: Person) -> Queue:
    """Who may: administrators. Two queries."""
    require("site.administer", by=by)
    counts = read(COUNTS)[0]
    return Queue(counts.todo, counts.doing, counts.failed, counts.heartbeat, read(FAILED, [SHOWN]))


def retry(job_id: int, *, by: Person) -> None:
    """Puts a failed job back into the queue, as new. Who may: administrators. Raises NotFound, Refused."""
    row = _take(job_id, by=by)
    try:
        enqueue(row.task_name, **{name: value for name, value in row.args.items() if name != "timestamp"})
    except LookupError:
        raise Refused(_("This kind of work doesn't exist any more: forget it.")) from None
    note("job_retried", by=by, task=row.task_name)


def forget(job_id: int, *, by: Person) -> None:
    """Drops a failed job. Who may: administrators. Raises NotFound."""
    row = _take(job_id, by=by)
    note("job_forgotten", by=by, task=row.task_name)


def retry_all(*, by: Person) -> int:
    """Puts every failed job back, a hundred at once; returns how many."""
    rows = read_queue(by=by).rows
    for row in rows:
        retry(row.id, by=by)
    return len(rows)


def _take(job_id: int, *, by: Person) -> Any:
    """Removes a failed job's row and returns it; nothing else is ever touched."""
    require("site.administer", by=by)
    if job_id >= 2**63:
        raise NotFound
    rows = read(
        "SELECT id, task_name, args FROM procrastinate_jobs WHERE id = %s AND status IN ('failed', 'aborted') FOR UPDATE",
        [job_id],
    )
    if not rows:
        raise NotFound
    read("DELETE FROM procrastinate_periodic_defers WHERE job_id = %s", [job_id])
    read("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
    return rows[0]
