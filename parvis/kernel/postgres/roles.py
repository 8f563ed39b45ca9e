"""The two database roles and what each may do; the same on the embedded server and on any other.

The owner role makes tables (migrations); the application role only reads and writes rows, so that row-level
policies bind it. Not here: connections of the application (kernel.db).
"""

from __future__ import annotations

import psycopg
import psycopg.conninfo
from psycopg import sql
from psycopg.rows import TupleRow

OWNER = "parvis_owner"
APP = "parvis_app"
EXTENSIONS = ("unaccent", "pg_trgm")

Connection = psycopg.Connection[TupleRow]


def create_roles(connection: Connection) -> None:
    """Makes both roles if missing; cluster-wide, so under a lock: parallel test workers race here."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('parvis roles'))")
        present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP):
            if role not in present:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def create_database(connection: Connection, name: str) -> None:
    """Makes an empty UTF-8 database of that name, owned by the owner role, unless it is there."""
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )


def grant_statements(name: str, *, owner: str = OWNER, app: str = APP) -> list[str]:
    """What the owner of a database grants in it: extensions, and the application's rights on what comes."""
    database, owner, app = (quoted(word) for word in (name, owner, app))
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner}"
    extensions = [f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS]
    if owner == app:
        return extensions
    return [
        *extensions,
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
        f"GRANT USAGE ON SCHEMA public TO {app}",
        f"{defaults} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        f"{defaults} GRANT USAGE ON SEQUENCES TO {app}",
        # A function with its owner's rights must not be open to every role of a shared server.
        f"{defaults} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        f"{defaults} GRANT EXECUTE ON FUNCTIONS TO {app}",
    ]


def quoted(name: str) -> str:
    """An identifier as it stands in a statement."""
    return '"' + name.replace('"', '""') + '"'


def run_all(connection: Connection, statements: list[str]) -> None:
    """Runs statements one by one, while no other process does."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('parvis rights'))")
        for statement in statements:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]


def prepare_database(admin_url: str, name: str) -> None:
    """Roles, database and rights on a server where `admin_url` may create them. Repeating changes nothing.

    Raises psycopg.errors.InsufficientPrivilege where it may not: then show `external_snippet`.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        create_roles(connection)
        create_database(connection, name)
    with psycopg.connect(admin_url, autocommit=True, dbname=name) as connection:
        schema = ["REVOKE CREATE ON SCHEMA public FROM PUBLIC", f"ALTER SCHEMA public OWNER TO {OWNER}"]
        run_all(connection, [*schema, *grant_statements(name)])


def prepare_external(owner_url: str, app_url: str) -> None:
    """On a server of somebody else's: what the owner of the database can do by itself, each start anew.

    Raises psycopg.errors.InsufficientPrivilege where it cannot: then show `external_snippet`.
    """
    app = psycopg.conninfo.conninfo_to_dict(app_url).get("user")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        owner, name = connection.info.user, connection.info.dbname
        run_all(connection, grant_statements(name, owner=owner, app=str(app or owner)))


def allow_emptying(owner_url: str, *, allowed: bool = True) -> None:
    """Lets the application empty whole tables at once, or no longer: ending a demonstration of thousands is quick.

    Only on a demonstration's own database: on a real one the application never needs it.
    """
    verb, to = ("GRANT", "TO") if allowed else ("REVOKE", "FROM")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        run_all(connection, [f"{verb} TRUNCATE ON ALL TABLES IN SCHEMA public {to} {APP}"])


def external_snippet(name: str) -> str:
    """What the administrator of a PostgreSQL server types once in psql; the owner does the rest itself."""
    lines = [
        f"CREATE ROLE {OWNER} LOGIN PASSWORD '…';",
        f"CREATE ROLE {APP} LOGIN PASSWORD '…';",
        # The default is for turning disks: with it, long lists are sorted whole rather than read from their index.
        f"ALTER ROLE {APP} SET random_page_cost = 1.1;",
        f"CREATE DATABASE {name} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;",
        f"-- then: PARVIS_DATABASE_URL_OWNER=postgresql://{OWNER}:…@host/{name}",
        f"--       DATABASE_URL=postgresql://{APP}:…@host/{name}",
    ]
    return "\n".join(lines)
