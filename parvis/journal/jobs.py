"""Work done later: a registry of named jobs over procrastinate, each run in its own system transaction.

Not here: the jobs (each room keeps its own `jobs.py`) and the worker process (cli.work).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from procrastinate.contrib.django import app

from parvis.kernel.db import SYSTEM, acting, read

_jobs: dict[str, Callable[..., None]] = {}
_long: set[str] = set()


def job(
    name: str, *, cron: str = "", retry: int = 3, is_long: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a job under a name. Jobs are idempotent: a crash or a retry may run one twice.

    `cron` makes it periodic (five fields, UTC); it is then called without arguments. A long job opens its own
    transactions, so that its progress is seen while it runs.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _jobs[name] = function
        if is_long:
            _long.add(name)

        def run(**arguments: Any) -> None:
            arguments.pop("timestamp", None)
            _run(name, arguments)

        task = app.task(name=name, retry=retry)(run)
        if cron:
            app.periodic(cron=cron)(task)  # type: ignore[arg-type]  # called with a timestamp, which run drops
        return function

    return register


def _run(name: str, arguments: dict[str, Any]) -> None:
    with nullcontext() if name in _long else acting(SYSTEM):
        _jobs[name](**arguments)


def enqueue(name: str, **arguments: Any) -> None:
    """Writes a job row in the running transaction: a rollback leaves none, a commit loses none."""
    if name not in _jobs:
        raise LookupError(f"no job is called {name}")
    app.configure_task(name=name).defer(**arguments)


def enqueue_later(name: str, seconds: int, **arguments: Any) -> None:
    """The same, for a moment to come."""
    if name not in _jobs:
        raise LookupError(f"no job is called {name}")
    app.configure_task(name=name, schedule_in={"seconds": seconds}).defer(**arguments)


def enqueue_each(name: str, rows: list[dict[str, Any]]) -> None:
    """The same for many at once, each a job of its own; one statement for a thousand of them."""
    if name not in _jobs:
        raise LookupError(f"no job is called {name}")
    task = app.configure_task(name=name)
    for start in range(0, len(rows), 1000):
        task.batch_defer(*rows[start : start + 1000])


def drain(limit: int = 1000) -> int:
    """Runs the stored jobs in this connection, oldest first; for tests, demo and commands. Returns how many."""
    done = 0
    while done < limit:
        rows = read(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1"
        )
        if not rows:
            break
        row = rows[0]
        read("DELETE FROM procrastinate_periodic_defers WHERE job_id = %s", [row.id])
        read("DELETE FROM procrastinate_jobs WHERE id = %s", [row.id])
        _run(row.task_name, {key: value for key, value in row.args.items() if key != "timestamp"})
        done += 1
    return done
