"""The true worker on its own database: jobs stored by one process are done by another, killed ones again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection

from parvis.cli.site import SOURCE
from parvis.journal.jobs import enqueue
from parvis.kernel.db import SYSTEM, acting, read
from parvis.testing.cluster import cluster

pytestmark = [pytest.mark.real_worker, pytest.mark.commands]


def environment(database: str) -> dict[str, str]:
    return os.environ | {"PARVIS_DATABASE_URL_APP": cluster().url("app", database), "PYTHONPATH": str(SOURCE)}


def work(database: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "parvis.cli", "work", "--inside", "--once"],
        env=environment(database),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def count(sql: str) -> int:
    return int(read(sql)[0][0])


JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'accounts.clean'"
LINKS = "SELECT count(*) FROM accounts_signinlink"


def store_job_with_an_effect() -> None:
    """An expired link, and the job that sweeps it away."""
    from datetime import timedelta

    from parvis.accounts.links import issue_link
    from parvis.accounts.models import SignInLink
    from parvis.kernel import clock
    from parvis.people.models import Person

    with acting(SYSTEM):
        person = Person(display_name="Ada")
        person.save()
        issue_link(person)
        SignInLink.objects.update(expires_at=clock.now() - timedelta(days=1))
        enqueue("accounts.clean")


def test_a_stored_job_is_done_by_the_worker(fresh_database: str) -> None:
    store_job_with_an_effect()
    assert (count(JOBS), count(LINKS)) == (1, 1)
    connection.close()
    work(fresh_database)
    assert (count(JOBS), count(LINKS)) == (0, 0)


def test_a_rolled_back_action_leaves_no_job(fresh_database: str) -> None:
    with pytest.raises(ZeroDivisionError), acting(SYSTEM):
        enqueue("accounts.clean")
        assert count(JOBS) == 1
        raise ZeroDivisionError
    assert count(JOBS) == 0


def test_a_job_begun_by_a_killed_worker_is_done_again(fresh_database: str) -> None:
    store_job_with_an_effect()
    # What a killed worker leaves: the job marked as being done, by a worker that sends no sign of life.
    read("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')")
    read(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        " WHERE task_name = 'accounts.clean'"
    )
    connection.close()
    worker = subprocess.Popen(
        [sys.executable, "-m", "parvis.cli", "work", "--inside"],
        env=environment(fresh_database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: count(LINKS) == 0)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline, "waited 90 s in vain"
        time.sleep(0.05)
