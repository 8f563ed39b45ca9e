"""One embedded PostgreSQL server: made on first use, started, shared by several processes, stopped.

Not here: roles and databases in detail (roles), the detour root needs (launch).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

import parvis
from parvis.kernel.postgres import roles, watch
from parvis.kernel.postgres.binaries import Binaries, find_binaries
from parvis.kernel.postgres.launch import Launcher, choose_launcher
from parvis.kernel.postgres.pidfile import disarm_stale_pid_file, read_pid_file

Role = Literal["owner", "app", "superuser"]
ROLE_NAMES: dict[Role, str] = {"owner": roles.OWNER, "app": roles.APP, "superuser": "postgres"}

PATIENCE_S = 600  # a crash recovery may be long; giving up early would leave a server nobody owns
SOCKET_PATH_LIMIT = 107  # bytes, the smallest of the systems we run on
PORT = 5432  # only names the socket file: nothing listens on TCP

SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": 100,
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "random_page_cost": 1.1,
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    # Compiling a plan costs more than any page's query takes.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "default_text_search_config": "pg_catalog.simple",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_min_duration_statement": "1s",
    # Statements in the log would carry people's words.
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
}
TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": 200,
    # Several suites at once empty all tables of their databases, one lock for each table and index.
    "max_locks_per_transaction": 512,
    "autovacuum": "off",
    "log_min_duration_statement": -1,
}


class ServerFailed(RuntimeError):
    """The server could not be made, started or stopped; the message holds the end of its log."""


class Server:
    """An embedded server whose whole life is in `data_dir`: cluster, log, locks.

    Several processes may use one at the same time: each calls `start()` and `stop()`; the last to stop, or
    to die in any way, ends the server. `durable=False` (tests only) trades safety after a crash for speed.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, way: str | None = None) -> None:
        self.data_dir = Path(data_dir).expanduser().resolve()
        self.durable = durable
        self._way = way
        self._launcher: Launcher | None = None
        self._users: int | None = None

    # Places

    @property
    def launcher(self) -> Launcher:
        """Found on first need: it may have to ask the system for a namespace."""
        if self._launcher is None:
            self._launcher = choose_launcher(self.data_dir, find_binaries(), way=self._way)
        return self._launcher

    @property
    def binaries(self) -> Binaries:
        """The programs this server runs with."""
        return self.launcher.binaries

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.launcher.home / "cluster"

    @property
    def log_dir(self) -> Path:
        """The server's log, one file a weekday."""
        return self.launcher.home / "log"

    @property
    def socket_dir(self) -> Path:
        """The private folder of the socket: beside the data, or in a short place if that path is too long."""
        near = self.launcher.home / "run"
        if len(os.fsencode(near)) + len(f"/.s.PGSQL.{PORT}") < SOCKET_PATH_LIMIT:
            return near
        mark = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:12]
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        if len(os.fsencode(base)) > 60:
            base = Path("/tmp")  # noqa: S108 — a folder of our own inside, checked before use
        return base / f"parvis-{os.geteuid()}-{mark}"

    def url(self, role: Role = "app", database: str = "parvis") -> str:
        """The address of a database for a role; known before the server runs."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{ROLE_NAMES[role]}@/{quote(database)}?host={host}&port={PORT}"

    # Life

    def start(self) -> Self:
        """Makes the cluster if needed, starts the server unless it runs, and holds it. Raises ServerFailed."""
        if self._users is not None:
            return self
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._start_lock():
            self._start_if_needed()
            users = os.open(self._lock_path("users"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users = users
            self._start_watcher()
        return self

    def ensure_running(self) -> bool:
        """Starts the server again if it was killed while held; True if it had to. Raises ServerFailed."""
        if self.is_running():
            return False
        with self._start_lock():
            return self._start_if_needed()

    def stop(self) -> None:
        """Lets go of the server, and ends it when no other process uses it. Safe to call twice."""
        if self._users is None:
            return
        users, self._users = self._users, None
        os.close(users)
        self.stop_if_unused()

    def stop_if_unused(self) -> bool:
        """Ends the server unless a process holds it; False if one does. Raises ServerFailed."""
        users = os.open(self._lock_path("users"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with self._start_lock():
                if not take_alone(users):
                    return False
                # pg_ctl would signal whoever has the noted pid today, so the note is checked first.
                if self.is_running():
                    self._control("stop", "-m", "fast")
            return True
        finally:
            os.close(users)

    def is_running(self) -> bool:
        """Whether the server of this very folder runs, whoever started it."""
        note = read_pid_file(self.cluster)
        return note is not None and note.is_true()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Roles and databases

    def ensure_roles_and_database(self, name: str = "parvis") -> None:
        """Both roles, the database and its rights; repeating it changes nothing."""
        roles.prepare_database(self.url("superuser", "postgres"), name)

    @contextmanager
    def superuser(self, database: str = "postgres") -> Iterator[roles.Connection]:
        """A connection with every right, proven to be to *this* server: ask for it before destroying."""
        with psycopg.connect(self.url("superuser", database), autocommit=True) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            if row is None or Path(row[0]).resolve() != self.cluster.resolve():
                raise ServerFailed(f"Connected to the server of {row and row[0]}, not of {self.cluster}.")
            yield connection

    def drop_database(self, name: str) -> None:
        """Drops a database of this server, throwing out whoever is connected."""
        with self.superuser() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    # Details

    def _lock_path(self, name: str) -> Path:
        return self.data_dir / f"{name}.lock"

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        """Starting and stopping happen one at a time."""
        handle = os.open(self._lock_path("start"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _start_if_needed(self) -> bool:
        if self.is_running():
            return False
        self._prepare()
        self._launch()
        return True

    def _prepare(self) -> None:
        """Everything before the start: folders, cluster, settings, and no stale note in the way."""
        self.launcher.make_private(self.launcher.home)
        self.launcher.make_private(self.log_dir)
        self._make_socket_dir()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        self._write_settings()
        if read_pid_file(self.cluster) is not None:
            disarm_stale_pid_file(self.cluster)
        # A killed server may linger as a zombie where nothing reaps it (containers), and its note on the
        # socket would then be believed. The folder is ours alone, so both may go.
        for left in (f".s.PGSQL.{PORT}.lock", f".s.PGSQL.{PORT}"):
            (self.socket_dir / left).unlink(missing_ok=True)

    def _make_socket_dir(self) -> None:
        """A folder of ours alone: in a shared place somebody may have put another there first."""
        folder = self.socket_dir
        if os.path.lexists(folder):
            facts = folder.lstat()
            ours = os.geteuid() if self.launcher.uid is None else self.launcher.uid
            if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != ours:
                raise ServerFailed(f"{folder} belongs to somebody else: remove it, or set XDG_RUNTIME_DIR.")
        self.launcher.make_private(folder)

    def _make_cluster(self) -> None:
        """initdb into a draft folder, renamed when complete: a kill in the middle leaves nothing half made."""
        draft = self.cluster.with_name("cluster.draft")
        shutil.rmtree(draft, ignore_errors=True)
        locale = (
            # PostgreSQL's own C.UTF-8 needs nothing of the system's locales and never changes under us.
            ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
            if self.binaries.major() >= 17
            else ("--locale=C.UTF-8",)
        )
        sync = () if self.durable else ("--no-sync",)
        self._run(
            self.launcher.argv(
                "initdb", "-D", str(draft), "-U", "postgres", "-A", "trust", "-E", "UTF8", *locale, *sync
            )
        )
        # Trust is right here only: the sole door is a socket in a folder that nobody else can enter.
        (draft / "pg_hba.conf").write_text("local all all trust\n")
        with (draft / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'parvis.conf'\n")
        draft.rename(self.cluster)

    def _check_version(self) -> None:
        written = int((self.cluster / "PG_VERSION").read_text().split(".")[0])
        if written != (here := self.binaries.major()):
            raise ServerFailed(
                f"{self.cluster} was written by PostgreSQL {written}, the programs here are of version {here}. "
                f"Set PARVIS_POSTGRES_BIN to the programs of version {written}, make a backup, and restore it "
                "into an empty place."
            )

    def _write_settings(self) -> None:
        settings: dict[str, object] = dict(SETTINGS)
        settings["unix_socket_directories"] = self.socket_dir
        settings["log_directory"] = self.log_dir
        if not self.durable:
            settings.update(TEST_SETTINGS)
        lines = ["# Written by Parvis at each start; put your own changes into local.conf beside it.\n"]
        for name, value in settings.items():
            lines.append(f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'\n")
        lines.append("include 'local.conf'\n")
        file = self.cluster / "parvis.conf"
        file.write_text("".join(lines))
        own = self.cluster / "local.conf"
        if not own.exists():
            own.write_text("# Settings of your own; they win over those of parvis.conf.\n")
        for written in (file, own):
            if self.launcher.uid is not None:
                os.chown(written, self.launcher.uid, -1)

    def _launch(self) -> None:
        """Starts the server; after a kill, the last backends of the old one may need a moment to end."""
        tries = 40
        while True:
            try:
                self._control("start", "-l", str(self.log_dir / "start.log"))
                return
            except ServerFailed as failure:
                tries -= 1
                if not tries or "shared memory block" not in str(failure):
                    raise
            time.sleep(0.25)

    def _control_argv(self, verb: str, *options: str) -> list[str]:
        return self.launcher.argv(
            "pg_ctl", verb, "-D", str(self.cluster), "-s", "-w", "-t", str(PATIENCE_S), *options
        )

    def _control(self, verb: str, *options: str) -> None:
        self._run(self._control_argv(verb, *options))

    def _run(self, argv: list[str]) -> None:
        # A new session: Ctrl+C in the terminal is for Parvis, which then stops the server in order.
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env=server_environment(),
            start_new_session=True,
            check=False,
        )
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise ServerFailed(f"{Path(argv[0]).name} failed: {said}\n{self._end_of_log()}".strip())

    def _end_of_log(self) -> str:
        files = sorted(self.log_dir.glob("*.log"), key=lambda file: file.stat().st_mtime)
        return "\n".join("\n".join(f.read_text(errors="replace").splitlines()[-8:]) for f in files[-2:])

    def _start_watcher(self) -> None:
        locks = [str(self._lock_path(name)) for name in ("users", "watch")]
        stop = [sys.executable, "-m", "parvis.kernel.postgres.stop", str(self.data_dir)]
        if self._way:
            stop.append(self._way)
        source = str(Path(parvis.__file__).parent.parent)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", watch.__file__, *locks, *stop],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=server_environment() | {"PYTHONPATH": source},
            start_new_session=True,
        )
        # It outlives this process on purpose, so nobody waits for it here.
        process.returncode = 0


def take_alone(lock: int) -> bool:
    """Whether nobody else holds the lock; it is then ours. The watcher's own look at it is over in an instant."""
    for _ in range(10):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.01)
    return False


def server_environment() -> dict[str, str]:
    """Our environment less what would steer PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
