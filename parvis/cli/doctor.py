"""`parvis doctor`: examines a site's database and data, and mends what can be computed anew.

Each room may have a module `doctor` with `examine() -> Iterable[str]`: sentences on what it found or mended.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import psycopg

from parvis.cli.site import Site, add_data_option, open_site, set_up_django
from parvis.cli.words import gettext as _
from parvis.kernel.postgres import external_snippet
from parvis.kernel.postgres.roles import EXTENSIONS

OLDEST = 150000


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("doctor", help=_("examine the site, mend counters and caches"))
    parser.add_argument(
        "--sql", action="store_true", help=_("print what to type on a PostgreSQL of your own")
    )
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints what it found; 1 if something needs a person."""
    if args.sql:
        print(external_snippet("parvis"))
        return 0
    with open_site(args.data) as site:
        problems = list(examine_database(site))
        set_up_django()
        for sentence in examine_rooms():
            print(sentence)
        problems += examine_jobs()
        problems += examine_files()
    for problem in problems:
        print(f"✗ {problem}")
    if not problems:
        print("✓ " + _("No problem found."))
    return 1 if problems else 0


def examine_database(site: Site) -> Iterator[str]:
    """Version, extensions, and whether pages run with fewer rights than migrations."""
    with psycopg.connect(site.url("app")) as connection:
        if connection.info.server_version < OLDEST:
            yield _("PostgreSQL 15 or newer is needed.")
        present = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        for name in set(EXTENSIONS) - present:
            yield _("The extension %(name)s is missing: bin/parvis doctor --sql prints how.") % {"name": name}
        owned = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        ).fetchone()
        if owned and owned[0]:
            yield _("Pages run as the owner of the tables: bin/parvis doctor --sql prints how to part them.")


def examine_rooms() -> Iterator[str]:
    """What each room says of itself, in one transaction a room."""
    from django.apps import apps

    from parvis.kernel.db import SYSTEM, acting

    for app in apps.get_app_configs():
        if app.name.startswith("parvis.") and find_spec(f"{app.name}.doctor"):
            with acting(SYSTEM):
                yield from list(import_module(f"{app.name}.doctor").examine())


def examine_files() -> list[str]:
    """Whether what keeps and what scans files answers."""
    from django.conf import settings

    from parvis.cli.keeping import find_problems

    return list(find_problems(settings.PARVIS_CLAMAV, bucket=settings.PARVIS_FILES_S3["bucket"]))


def examine_jobs() -> list[str]:
    """Jobs that gave up."""
    from parvis.kernel.db import SYSTEM, acting, read

    with acting(SYSTEM):
        rows = read(
            "SELECT task_name, count(*) AS count FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1 ORDER BY 1"
        )
    return [
        _("Failed jobs: %(name)s, %(count)s times.") % {"name": r.task_name, "count": r.count} for r in rows
    ]
