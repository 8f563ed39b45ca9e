"""Ending the demonstration: every row of it goes; the network's name, logo and colour stay, and one account.

Not here: filling it (demo.seed). What comes after is an ordinary new network.
"""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _
from psycopg import sql

from parvis.access.table import require
from parvis.accounts.models import Session
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import site_store
from parvis.membership.everyone import ensure_everyone, welcome_person
from parvis.people.models import Person
from parvis.web import practice
from parvis.web.demo_roles import FOR_REAL, is_demo
from parvis.web.models import Network
from parvis.web.opening import prepare_everyone
from parvis.web.site_settings import end_set_up, network_row

JOBS = ("procrastinate_periodic_defers", "procrastinate_events", "procrastinate_jobs")
# Which table points to which: those that are pointed to go last.
POINTS = """
SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid"""


def wipe(*, typed: str, by: Person, own_name: str = "", own_email: str = "") -> None:
    """Deletes the demonstration and makes this an ordinary network, once. `typed` is the network's name.

    Who may: an administrator of a demonstration. Raises NotFound elsewhere, Refused for another name.
    """
    require("site.administer", by=by)
    row = network_row()
    if not is_demo(row):
        raise NotFound
    if typed.strip().casefold() != row.name.casefold():
        raise Refused(_("Type the network's name, %(name)s, to confirm.") % {"name": row.name}, field="typed")
    _delete_all_but(by)
    by.refresh_from_db()
    _begin_anew(row, by=by, own_name=own_name, own_email=own_email)
    kept = {row.logo, by.photo} - {""}
    transaction.on_commit(lambda: site_store().collect_garbage(kept, min_age_seconds=0))


def _delete_all_but(person: Person) -> None:
    """By TRUNCATE where the application may (bin/demo allows it), else row by row, slow where people are many."""
    kept = {
        Person._meta.db_table: "id = %(me)s",
        Network._meta.db_table: "true",
        Session._meta.db_table: "person_id = %(me)s",
    }
    # Nothing of the account that stays may point to what goes.
    read("UPDATE people_person SET manager_id = NULL, bio = '', hello = '' WHERE id = %s", [person.id])
    (may,) = read("SELECT has_table_privilege('people_person', 'TRUNCATE') AS truncate")
    if may.truncate:
        _truncate(kept, person)
    else:
        _delete_rows(kept, person)


def _truncate(kept: dict[str, str], person: Person) -> None:
    """Empties every table at once, checking no key row by row; what is kept waits aside and comes back."""
    for table, condition in kept.items():
        _run(f"CREATE TEMP TABLE {{}} ON COMMIT DROP AS SELECT * FROM {{}} WHERE {condition}",
             f"kept_{table}", table, me=person.id)  # fmt: skip
    tables = _children_first()
    # A table with keys still to be checked can't be emptied.
    read("SET CONSTRAINTS ALL IMMEDIATE")
    _run(f"TRUNCATE {', '.join(['{}'] * len(tables))}", *tables)
    read("SET CONSTRAINTS ALL DEFERRED")
    # The rows that others point to come back first.
    for table in sorted(kept, key=tables.index, reverse=True):
        columns = [
            row.column_name
            for row in read(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
        ]
        names = ", ".join(["{}"] * len(columns))
        _run(f"INSERT INTO {{}} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {{}}",
             table, *columns, *columns, f"kept_{table}")  # fmt: skip
        _run("DROP TABLE {}", f"kept_{table}")


def _delete_rows(kept: dict[str, str], person: Person) -> None:
    for table in _children_first():
        _run(f"DELETE FROM {{}} WHERE NOT ({kept.get(table, 'false')})", table, me=person.id)


def _run(statement: str, *names: str, **values: int) -> None:
    """One statement whose `{}` are names, taken literally; only the values it uses are sent."""
    text = sql.SQL(statement).format(*(sql.Identifier(name) for name in names)).as_string(None)  # type: ignore[arg-type]
    read(text, {name: value for name, value in values.items() if f"%({name})s" in text})


def _children_first() -> list[str]:
    """Our tables and the queue's, each before those it points to."""
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("parvis.")
    } | set(JOBS)
    waits_for: dict[str, set[str]] = {table: set() for table in ours}
    for row in read(POINTS):
        if row.child in ours and row.parent in ours:
            waits_for[row.parent].add(row.child)
    ordered: list[str] = []
    while waits_for:
        free = sorted(table for table, children in waits_for.items() if not children & waits_for.keys())
        if not free:  # a circle: these keys are checked at the end of the transaction
            free = sorted(waits_for)
        ordered += free
        for table in free:
            del waits_for[table]
    return ordered


def _begin_anew(row: Network, *, by: Person, own_name: str, own_email: str) -> None:
    row.checklist, row.home_blocks, row.mail = {FOR_REAL: clock.now().isoformat()}, [], {}
    row.promise, row.set_up_at = "", clock.now()
    row.save()
    ensure_everyone(language=row.language)
    end_set_up(by=by, own_name=own_name, own_email=own_email)
    welcome_person(by)
    prepare_everyone(by=by)
    practice.open_practice(by=by)
