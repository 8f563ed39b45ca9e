"""Fixtures: the process's database, a fresh one, stored jobs, the corpus. The server itself is in cluster."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from parvis.testing.cluster import SOURCE, cluster
from parvis.testing.plugin import DATABASE

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Gives this process a clone of the migrated template; tests reach it as the application role."""
    from django.db import connections

    cluster().open()
    cluster().clone(DATABASE)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    cluster().drop(DATABASE)


@pytest.fixture(autouse=True)
def neutral_language() -> None:
    """Language and zone of the site, whatever page an earlier test drew in this thread."""
    from django.utils import timezone, translation

    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def fresh_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A clone of its own for tests that commit: browsers, real workers, threads. Yields its name.

    Do not ask for `db` in the same test: there is no transaction to roll back here.
    """
    from django.db import connections

    name = cluster().clone(f"{DATABASE}_{next(_numbers)}")
    # One dictionary for every thread: connections opened from now on go to the clone.
    settings = connections.settings["default"]
    with django_db_blocker.unblock():
        connections.close_all()
        settings["NAME"] = name
        try:
            yield name
        finally:
            connections.close_all()
            settings["NAME"] = DATABASE
    cluster().drop(name)


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Runs the job rows stored so far in the test's own connection, as the system; returns how many."""
    from parvis.journal.jobs import drain

    return drain


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of the real input (PARVIS_CORPUS or ../shared/data); absent: a skip, and a failure in CI."""
    named = os.environ.get("PARVIS_CORPUS")
    folder = Path(named) if named else SOURCE.parent / "shared" / "data"
    if not folder.is_dir():
        refuse(f"the corpus is not at {folder}: set PARVIS_CORPUS")
    return folder


def refuse(reason: str) -> None:
    """Skips a test for want of something outside; where CI=true, fails it instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
