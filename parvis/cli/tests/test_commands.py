"""The command line as its users meet it: real processes, a real site in a folder of its own, real signals."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from parvis.cli.site import SOURCE
from parvis.kernel.postgres import Server
from parvis.kernel.postgres.pidfile import read_pid_file
from parvis.testing.ports import free_port

pytestmark = pytest.mark.commands


def environment() -> dict[str, str]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PARVIS_", "PYTEST_", "DJANGO_"))}
    return kept | {"PYTHONPATH": str(SOURCE), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PARVIS_WORKERS": "1"}


def parvis(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "parvis.cli", *words],
        env=environment() | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Running:
    """A site started by `parvis up`."""

    live_port = 0

    def __init__(self, folder: Path, port: int, **more: str) -> None:
        self.folder, self.port = folder, port
        self.log = (folder.parent / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "parvis.cli", "up", "--data", str(folder), "--port", str(port)],
            env=environment() | more,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout is not None
        self.told = ""
        while "Ctrl+C" not in self.told:
            line = self.process.stdout.readline()
            assert line, Path(self.log.name).read_text()
            self.told += line
        self.family = [
            self.process.pid,
            *(c.pid for c in psutil.Process(self.process.pid).children(recursive=True)),
        ]

    def status(self, path: str = "/health") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        return connection.getresponse().status

    def answers(self) -> bool:
        try:
            return self.status() == 200
        except OSError:
            return False

    def children(self, word: str) -> list[psutil.Process]:
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if word in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def close(self) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()

    def nothing_is_left(self) -> bool:
        return (
            not any(is_alive(pid) for pid in self.family)
            and not Server(self.folder / "postgres").is_running()
        )


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline, "waited 90 s in vain"
        time.sleep(0.05)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="parvis-site-", ignore_cleanup_errors=True) as name:
        yield Path(name) / "site"


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    site = Running(folder, free_port())
    try:
        yield site
    finally:
        site.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_and_a_second_start_keeps_everything(folder: Path, number: int) -> None:
    with running(folder) as site:
        assert site.status() == 200
        link = re.search(r"http://127\.0\.0\.1:\d+(/\S+)", site.told.splitlines()[1])
        assert link is not None
        assert site.status(link[1]) in (200, 302)
        key = (folder / "secret.key").read_text()
        assert site.end(number) == 0
        wait_until(site.nothing_is_left)
    with running(folder) as site:
        assert site.status() == 200
        assert (folder / "secret.key").read_text() == key
    assert folder.stat().st_mode & 0o077 == 0


def test_a_killed_command_leaves_nothing_running_and_blocks_nothing(folder: Path) -> None:
    with running(folder) as site:
        site.end(signal.SIGKILL)
        wait_until(site.nothing_is_left)
    with running(folder) as site:
        assert site.status() == 200


def test_killed_parts_of_a_running_site_are_started_again(folder: Path) -> None:
    with running(folder) as site:
        for word in ("granian", "parvis.live", "parvis.cli work"):
            before = {process.pid for process in site.children(word)}
            for process in site.children(word):
                process.kill()
            wait_until(lambda: {p.pid for p in site.children(word)} - before != set())  # noqa: B023
        wait_until(site.answers)


def test_a_killed_database_is_started_again(folder: Path) -> None:
    with running(folder) as site:
        note = read_pid_file(folder / "postgres" / "cluster")
        assert note is not None
        os.kill(note.pid, signal.SIGKILL)
        wait_until(Server(folder / "postgres").is_running)
        # A worker may answer once with an error while its old connection is still open.
        wait_until(lambda: site.status("/accounts/") < 500)


def test_a_second_site_on_the_same_folder_is_refused_with_a_sentence(folder: Path) -> None:
    with running(folder) as site:
        second = parvis("up", "--data", str(folder), "--port", str(free_port()))
        assert second.returncode == 1
        assert f"127.0.0.1:{site.port}" in second.stderr
        assert "Traceback" not in second.stderr
        assert site.status() == 200


def test_a_port_in_use_is_refused_with_a_sentence(folder: Path) -> None:
    with running(folder) as site:
        second = parvis("up", "--data", str(folder.parent / "other"), "--port", str(site.port))
        assert second.returncode == 1
        assert str(site.port) in second.stderr.splitlines()[-1]


def test_a_database_of_ones_own_serves_by_two_roles_and_needs_no_superuser(folder: Path) -> None:
    with Server(folder.parent / "foreign", durable=False) as server:
        with server.superuser() as connection:
            connection.execute("CREATE ROLE keeper LOGIN; CREATE ROLE reader LOGIN")
            connection.execute("CREATE DATABASE own OWNER keeper TEMPLATE template0")
        address = server.url("superuser", "own")
        named = {
            "DATABASE_URL": address.replace("postgres@", "reader@"),
            "PARVIS_DATABASE_URL_OWNER": address.replace("postgres@", "keeper@"),
        }
        made = parvis("person", "create", "Ada", "--email", "ada@example.org", "--data", str(folder), **named)
        assert made.returncode == 0, made.stderr
        examined = parvis("doctor", "--data", str(folder), **named)
        assert examined.returncode == 0, examined.stdout + examined.stderr
        assert not (folder / "postgres").exists()
        archive = folder.parent / "foreign.tar"
        assert parvis("backup", str(archive), "--data", str(folder), **named).returncode == 0
    elsewhere = folder.parent / "elsewhere"
    restored = parvis("restore", str(archive), "--data", str(elsewhere))
    assert restored.returncode == 0, restored.stderr
    assert "Ada\tada@example.org" in parvis("person", "list", "--data", str(elsewhere)).stdout


def test_an_unreachable_database_is_a_sentence(folder: Path) -> None:
    told = parvis("doctor", "--data", str(folder), DATABASE_URL="postgresql://me@127.0.0.1:1/nothing")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr


def test_a_backup_comes_back_whole_in_an_empty_place_only(folder: Path) -> None:
    with running(folder) as site:
        made = parvis("person", "create", "Ada Lovelace", "--email", "ada@example.org", "--data", str(folder))
        assert made.returncode == 0, made.stderr
        # The address it runs at, though nobody said which.
        assert made.stdout.startswith(f"http://127.0.0.1:{site.port}/")
        (folder / "files").mkdir(exist_ok=True)
        (folder / "files" / "picture").write_bytes(b"bytes of a picture")
        archive = folder.parent / "backup.tar"
        saved = parvis("backup", str(archive), "--data", str(folder))
        assert saved.returncode == 0, saved.stderr
    assert archive.stat().st_mode & 0o077 == 0
    refused = parvis("restore", str(archive), "--data", str(folder))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    elsewhere = folder.parent / "elsewhere"
    restored = parvis("restore", str(archive), "--data", str(elsewhere))
    assert restored.returncode == 0, restored.stderr
    assert (elsewhere / "files" / "picture").read_bytes() == b"bytes of a picture"
    assert (elsewhere / "secret.key").read_text() == (folder / "secret.key").read_text()
    listed = parvis("person", "list", "--data", str(elsewhere)).stdout
    assert "Ada Lovelace\tada@example.org\tactive" in listed
    assert listed == parvis("person", "list", "--data", str(folder)).stdout
    # The rights came back too: pages still run as a role that owns nothing.
    examined = parvis("doctor", "--data", str(elsewhere))
    assert examined.returncode == 0, examined.stdout


def test_a_damaged_or_foreign_archive_is_refused(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    archive = folder.parent / "x.tar"
    with tarfile.open(archive, "w") as file:
        file.add(__file__, "../../outside")
        file.add(__file__, "files/../../../outside")
    refused = parvis("restore", str(archive), "--data", str(folder))
    assert refused.returncode == 1
    assert "no backup" in refused.stderr
    assert not (folder.parent.parent / "outside").exists()


def test_check_names_every_setting_and_shows_no_secret() -> None:
    told = parvis(
        "check",
        PARVIS_SMTP_URL="smtp://me:hush-hush@mail.example",
        DATABASE_URL="postgresql://app:whisper@db.example/parvis",
        PARVIS_PROT="8080",
    )
    assert told.returncode == 1
    assert "hush-hush" not in told.stdout
    assert "whisper" not in told.stdout
    assert "PARVIS_PROT" in told.stdout
    assert re.search(r"PARVIS_SMTP_URL .*environment", told.stdout)
    assert re.search(r"PARVIS_PORT .*default", told.stdout)


def test_a_wrong_setting_is_a_sentence_not_a_traceback() -> None:
    told = parvis("check", PARVIS_MAX_UPLOAD_MB="plenty")
    assert told.returncode == 1
    assert "PARVIS_MAX_UPLOAD_MB" in told.stdout
    assert "Traceback" not in told.stderr


def test_commands_on_a_missing_site_say_so(folder: Path) -> None:
    told = parvis("person", "list", "--data", str(folder))
    assert told.returncode == 1
    assert "bin/parvis up" in told.stderr
    assert not folder.exists()


def test_the_demo_ignores_a_database_of_ours_and_tells_four_links(folder: Path) -> None:
    pytest.importorskip("parvis.demo.seed")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "parvis.cli",
            "demo",
            "--json",
            "--data",
            str(folder),
            "--port",
            str(free_port()),
        ],
        env=environment() | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/precious"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        told = json.loads(line)
        assert set(told["links"]) == {"admin", "host", "member", "sponsor"}
        assert all(link.startswith(told["url"]) for link in told["links"].values())
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
