"""Fixtures of the generated tests: one world a module, in a transaction that is never committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.world import World, build_world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """A network with something of everything; each request goes into a savepoint of its own (tests.trial)."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield build_world()
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says how much the twin worlds compared."""
    found = [
        number
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, number in getattr(report, "user_properties", ())
        if name == "twin world" and report.when == "teardown"
    ]
    if found:
        terminalreporter.write_line(f"twin world: {sum(found)} requests compared, each in both worlds")
