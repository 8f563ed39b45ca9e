"""The database server of test runs: a template named after all migrations, and clones of it.

The server is an embedded one kept in the cache folder between runs, or the one PARVIS_TEST_DATABASE_URL names
(as a superuser: it makes roles and databases). Only databases named parvis_test_… are ever dropped.
"""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from parvis.kernel.postgres import APP, OWNER, Role, Server, prepare_database
from parvis.kernel.postgres.roles import Connection

PREFIX = "parvis_test_"
TEMPLATE_PREFIX = "parvis_test_template_"
TEMPLATES_KEPT = 6
SOURCE = Path(__file__).resolve().parents[2]


class Cluster:
    """A server on which tests may make and drop databases of their own."""

    def __init__(self) -> None:
        self.external = os.environ.get("PARVIS_TEST_DATABASE_URL", "")
        self.server = None if self.external else Server(cache_dir() / "test-postgres", durable=False)

    # Addresses

    def url(self, role: Role, database: str) -> str:
        """The address of a database for a role; on a foreign server the role is taken after signing in."""
        if self.server:
            return self.server.url(role, database)
        parts = urlsplit(self.external)
        query = [parts.query] if parts.query else []
        if role != "superuser":
            query.append("options=" + quote(f"-c role={OWNER if role == 'owner' else APP}", safe=""))
        return urlunsplit(parts._replace(path=f"/{quote(database)}", query="&".join(query)))

    @contextmanager
    def admin(self) -> Iterator[Connection]:
        """A connection that may create and drop databases; to the embedded server, proven to be ours."""
        if self.server:
            with self.server.superuser() as connection:
                yield connection
        else:
            with psycopg.connect(self.external, autocommit=True) as connection:
                yield connection

    # Life

    def open(self) -> None:
        """Starts the embedded server, or checks that the named one answers."""
        if self.server:
            self.server.start()

    def close(self) -> None:
        """Lets go of the server; the last run to do so stops it."""
        if self.server:
            self.server.stop()

    # Databases

    def ensure_template(self) -> str:
        """The name of a migrated, empty database of the code as it is; built once, whoever asks first."""
        name = TEMPLATE_PREFIX + migrations_mark()
        with self.admin() as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE_PREFIX])
            ready = connection.execute(
                "SELECT datistemplate FROM pg_database WHERE datname = %s", [name]
            ).fetchone()
            if ready is None or not ready[0]:
                self.drop(name)
                self.build_template(name, connection)
                self.sweep(connection, keep=name)
            connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [TEMPLATE_PREFIX])
        return name

    def build_template(self, name: str, connection: Connection) -> None:
        """Migrates a new database as the owner and closes it to connections."""
        prepare_database(self.url("superuser", "postgres") if self.server else self.external, name)
        environment = os.environ | {
            "PARVIS_DB_ROLE": "owner",
            "PARVIS_DATABASE_URL_OWNER": self.url("owner", name),
            "PYTHONPATH": str(SOURCE),
        }
        done = subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"],
            env=environment,
            cwd=SOURCE,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"The migrations fail on an empty database:\n{done.stdout}{done.stderr}")
        connection.execute(
            sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(
                sql.Identifier(name)
            )
        )

    def clone(self, name: str) -> str:
        """A copy of the template under that name, about 0.1 s. The owner keeps what it owned."""
        template = self.ensure_template()
        with self.admin() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER)
                )
            )
            # Rights on the database itself are not copied with a template.
            connection.execute(
                sql.SQL(
                    "REVOKE ALL ON DATABASE {0} FROM PUBLIC; GRANT CONNECT, TEMPORARY ON DATABASE {0} TO {1}"
                ).format(sql.Identifier(name), sql.Identifier(APP))
            )
        return name

    def drop(self, name: str) -> None:
        """Drops a test's database with whoever is still connected."""
        if not name.startswith(PREFIX):
            raise ValueError(f"{name} is no test database")
        with self.admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def sweep(self, connection: Connection, *, keep: str) -> None:
        """Drops what killed runs left, and templates of code long gone. Only on our own server."""
        if not self.server:
            return
        rows = connection.execute(
            "SELECT datname, datistemplate FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC",
            [PREFIX],
        ).fetchall()
        templates = [name for name, is_template in rows if is_template and name != keep]
        for name in templates[TEMPLATES_KEPT:]:
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
            self.drop(name)
        for name in (name for name, is_template in rows if not is_template):
            pid = name.removeprefix(PREFIX).split("_")[0]
            if pid.isdigit() and not psutil.pid_exists(int(pid)):
                self.drop(name)


@functools.cache
def cluster() -> Cluster:
    """The one of this process."""
    return Cluster()


def cache_dir() -> Path:
    """Where things are kept between runs; a temporary folder for who has no home."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    try:
        (base / "parvis").mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / f"parvis-cache-{os.geteuid()}"
    return base / "parvis"


def migrations_mark() -> str:
    """A hash of everything that decides what an empty migrated database looks like."""
    mark = hashlib.sha256((SOURCE / "requirements" / "run.txt").read_bytes())
    files = [*SOURCE.glob("parvis/**/migrations/*.py"), SOURCE / "parvis/settings.py"]
    files.append(SOURCE / "parvis/kernel/postgres/roles.py")
    for file in sorted(files):
        mark.update(str(file.relative_to(SOURCE)).encode())
        mark.update(file.read_bytes())
    return mark.hexdigest()[:12]
