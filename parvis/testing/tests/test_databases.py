"""What tests may rely on: the application role, a clone of the migrations, rows that don't outlive a test."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from parvis.testing.cluster import cluster, migrations_mark


def one(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_speak_as_the_application_role() -> None:
    assert one("SELECT current_user") == "parvis_app"
    with pytest.raises(ProgrammingError, match="denied|owner"):
        one("TRUNCATE django_migrations")


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_rows_do_not_outlive_a_test(turn: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'left behind', now())"
        )
    assert one("SELECT count(*) FROM django_migrations WHERE name = 'left behind'") == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_a_fresh_database_keeps_commits_for_its_own_test_only(turn: int, fresh_database: str) -> None:
    assert one("SELECT current_database()") == fresh_database
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'committed', now())")
    connection.close()
    assert one("SELECT count(*) FROM django_migrations WHERE name = 'committed'") == 1


@pytest.mark.django_db
def test_the_clone_holds_every_migration() -> None:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_only_test_databases_can_be_dropped() -> None:
    with pytest.raises(ValueError, match="no test database"):
        cluster().drop("parvis")


def test_the_template_is_named_after_the_migrations() -> None:
    assert cluster().ensure_template().endswith(migrations_mark())
