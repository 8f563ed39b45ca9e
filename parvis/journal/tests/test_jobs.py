"""Work handed over belongs to the transaction of the write: a rollback leaves none, a commit loses none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from parvis.journal import jobs
from parvis.journal.actions import record
from parvis.journal.models import Activity
from parvis.kernel.db import SYSTEM, acting, read

pytestmark = pytest.mark.django_db


def waiting() -> int:
    return int(read("SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'todo'")[0].n)


def test_a_rollback_leaves_neither_the_fact_nor_its_job():
    before = waiting()
    with pytest.raises(RuntimeError), transaction.atomic():
        record("topic.published", thing_kind="topic", thing_id=1, by=SYSTEM)
        assert waiting() == before + 1
        raise RuntimeError("the write failed after all")
    assert waiting() == before
    assert not Activity.objects.filter(thing_id=1).exists()


def test_a_silent_fact_hands_nothing_over():
    before = waiting()
    record("network.imported", thing_kind="space", thing_id=1, by=SYSTEM, is_silent=True)
    assert waiting() == before


def test_a_job_nobody_knows_is_refused_when_it_is_asked_for():
    with pytest.raises(LookupError, match="no job is called"):
        jobs.enqueue("nobody.knows")


def test_stored_jobs_run_in_order_as_the_system(run_jobs: Callable[[], int]):
    run_jobs()
    seen: list[tuple[int, str]] = []

    @jobs.job("tests.note")
    def note(number: int) -> None:
        actor = read("SELECT current_setting('parvis.person', true) AS actor")[0].actor
        seen.append((number, actor))

    for number in range(3):
        jobs.enqueue("tests.note", number=number)
    assert run_jobs() == 3
    assert seen == [(0, "0"), (1, "0"), (2, "0")]


def test_the_database_knows_who_acts_only_within_the_transaction(django_user_model: type):
    person = django_user_model(display_name="Ana")
    with acting(person):
        assert read("SELECT current_setting('parvis.person', true) AS actor")[0].actor == str(person.id)
