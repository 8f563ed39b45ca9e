"""The two database roles and what each may do; the same on the embedded server and on any other.

The owner role makes tables (migrations); the application role only reads and writes rows, so that row-level
policies bind it. Not here: connections of the application (kernel.db).
"""

from __future__ import annotations

import psycopg
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


def grant_rights(connection: Connection, name: str) -> None:
    """Inside the database: extensions, the owner's schema, and the application's rights on what comes."""
    for statement in grant_statements(name):
        connection.execute(sql.SQL(statement))  # type: ignore[arg-type]


def grant_statements(name: str) -> list[str]:
    """The statements of `grant_rights`, also shown to administrators of a server of their own."""
    quoted = '"' + name.replace('"', '""') + '"'
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER}"
    return [
        *(f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS),
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {quoted} TO {APP}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {APP}",
        f"{defaults} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
        f"{defaults} GRANT USAGE ON SEQUENCES TO {APP}",
        # A function with its owner's rights must not be open to every role of a shared server.
        f"{defaults} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        f"{defaults} GRANT EXECUTE ON FUNCTIONS TO {APP}",
    ]


def prepare_database(admin_url: str, name: str) -> None:
    """Roles, database and rights on a server where `admin_url` may create them. Repeating changes nothing.

    Raises psycopg.errors.InsufficientPrivilege where it may not: then show `external_snippet`.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        create_roles(connection)
        create_database(connection, name)
    with psycopg.connect(admin_url, autocommit=True, dbname=name) as connection:
        grant_rights(connection, name)


def external_snippet(name: str) -> str:
    """What the administrator of a PostgreSQL server types once in psql, as text."""
    lines = [
        f"CREATE ROLE {OWNER} LOGIN PASSWORD '…';",
        f"CREATE ROLE {APP} LOGIN PASSWORD '…';",
        f"CREATE DATABASE {name} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;",
        f"\\connect {name}",
        *(f"{statement};" for statement in grant_statements(name)),
    ]
    return "\n".join(lines)
