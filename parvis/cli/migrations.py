"""Migrations: `apply` brings a database up to date; without a word, checks that the code's own are complete.

Run as `python -m parvis.cli.migrations`, by open_site as the owner role, and by bin/check.
"""

from __future__ import annotations

import os
import sys
import warnings


def apply() -> None:
    """Migrates if anything is missing; several starts at once take turns."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('parvis migrations'))")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            print("Preparing the database…", file=sys.stderr, flush=True)
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        cursor.execute("SELECT pg_advisory_unlock(hashtext('parvis migrations'))")


def check() -> int:
    """0 if no model waits for a migration and each room has one last migration; says what is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
    os.environ.setdefault("PARVIS_SECRET_KEY", "only-for-this-check")
    import django

    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db.migrations.loader import MigrationLoader

    # There is no database here to compare with, and none is needed.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    graph = MigrationLoader(None).graph
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("parvis.")}
    forked = [label for label in sorted(ours) if len(graph.leaf_nodes(label)) > 1]
    for label in forked:
        print(f"{label} has several last migrations: {graph.leaf_nodes(label)}")
    try:
        call_command("makemigrations", *sorted(ours & {key[0] for key in graph.leaf_nodes()}), check=True)
    except SystemExit:
        return 1
    return 1 if forked else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["apply"]:
        apply()
    else:
        sys.exit(check())
