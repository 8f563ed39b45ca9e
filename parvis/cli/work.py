"""`parvis work`: the process that runs stored jobs; `up` starts one, larger sites as many as they like."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from parvis.cli.site import add_data_option, open_site, set_up_django
from parvis.cli.words import gettext as _

POLLING_S = 0.5  # a notice may be lost; measured: one job in twenty then waited for the next look
STALLED_S = 30.0


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("work", help=_("run stored jobs until told to stop"))
    add_data_option(parser)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help=_("end when no job is left"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Works until SIGTERM or Ctrl+C, then finishes what it holds."""
    if args.inside:
        set_up_django()
        asyncio.run(work(is_once=args.once))
        return 0
    with open_site(args.data):
        set_up_django()
        asyncio.run(work(is_once=args.once))
    return 0


async def work(*, is_once: bool = False) -> None:
    """Runs jobs on the worker's own connections, and takes up again those of a worker that was killed."""
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app, connector_params

    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    # By itself it would hold four connections open to look for jobs.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    worker_app = app.with_connector(connector)
    async with worker_app.open_async():
        reviving = asyncio.create_task(revive_stalled(worker_app))
        try:
            await worker_app.run_worker_async(
                wait=not is_once,
                concurrency=4,
                fetch_job_polling_interval=POLLING_S,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
                update_heartbeat_interval=5,
                task_middleware=[with_living_connection],
            )
        finally:
            reviving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reviving


def with_living_connection(call_next: Callable[[], Any], *_context: Any) -> Any:
    """Around every job: Django looks after its connections at requests only, and here are none."""
    from django.db import close_old_connections

    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


async def revive_stalled(worker_app: object) -> None:
    """Gives back to the queue what a killed worker had begun: jobs may run twice, never not at all."""
    manager = worker_app.job_manager  # type: ignore[attr-defined]
    while True:
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
            await manager.retry_job(job)
        await asyncio.sleep(STALLED_S / 3)
