"""Which site a command works on: its folder, its database (embedded, or DATABASE_URL), its environment.

Not here: the processes that serve it (children, up).
"""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from parvis.cli.words import gettext as _
from parvis.kernel.postgres import Role, Server, external_snippet, prepare_external

SOURCE = Path(__file__).resolve().parents[2]
DATA = "parvis-data"
DEMO_DATA = "parvis-demo"


class CommandFailed(Exception):
    """A sentence for the person at the terminal; the command ends with 1."""


@dataclass
class Site:
    """A folder and the way to its database. `server` is None when the database is somebody else's."""

    data: Path
    server: Server | None
    app_url: str = ""
    owner_url: str = ""

    def url(self, role: Role = "app") -> str:
        """The address of the site's database for a role."""
        if self.server:
            return self.server.url(role)
        return self.app_url if role == "app" else self.owner_url

    def environment(self) -> dict[str, str]:
        """What the settings of every process of this site read."""
        return {
            "PARVIS_DATA": str(self.data),
            "PARVIS_DATABASE_URL_APP": self.url("app"),
            "PARVIS_DATABASE_URL_OWNER": self.url("owner"),
            "DJANGO_SETTINGS_MODULE": "parvis.settings",
            "PYTHONPATH": str(SOURCE),
        }


def add_data_option(parser: argparse.ArgumentParser, default: str = "") -> None:
    """The option --data, the same for every command."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=default or os.environ.get("PARVIS_DATA") or DATA,
        help=_("the site's folder (default: %(default)s)"),
    )


def find_site(data: str, *, only_embedded: bool = False) -> Site:
    """The site of a folder. DATABASE_URL names a server of yours; the demo never goes there."""
    folder = Path(data).expanduser().resolve()
    named = os.environ.get("DATABASE_URL") or os.environ.get("PARVIS_DATABASE_URL_APP")
    if named and not only_embedded:
        return Site(folder, None, named, os.environ.get("PARVIS_DATABASE_URL_OWNER") or named)
    return Site(folder, Server(folder / "postgres"))


@contextmanager
def open_site(data: str, *, must_exist: bool = True, only_embedded: bool = False) -> Iterator[Site]:
    """The site with its database running and migrated, this process's environment set for it.

    Raises CommandFailed when there is no site in that folder and the command is not one that makes one.
    """
    site = find_site(data, only_embedded=only_embedded)
    if must_exist and site.server and not (site.data / "postgres").exists():
        raise CommandFailed(
            _("There is no site in %(folder)s: start one with bin/parvis up, or name its folder with --data.")
            % {"folder": site.data}
        )
    make_folder(site.data)
    os.environ.update(site.environment())
    if site.server is None:
        prepare_foreign_database(site)
        migrate(site)
        yield site
        return
    with site.server:
        site.server.ensure_roles_and_database()
        migrate(site)
        yield site


def prepare_foreign_database(site: Site) -> None:
    """Extensions and rights on a server of the administrator's. Raises CommandFailed with what to do."""
    try:
        prepare_external(site.owner_url, site.app_url)
    except psycopg.errors.InsufficientPrivilege as refused:
        raise CommandFailed(
            _("The database does not let its owner prepare it: %(reason)s") % {"reason": str(refused).strip()}
            + f"\n{external_snippet('parvis')}"
        )
    except psycopg.OperationalError as failure:
        raise CommandFailed(_("The database does not answer: %(reason)s") % {"reason": str(failure).strip()})


def last_address(data: str) -> str:
    """Where the site of a folder runs, or ran last; empty if it never did."""
    note = find_site(data).data / "up.lock"
    return note.read_text().partition(",")[0].strip() if note.exists() else ""


def make_folder(folder: Path) -> None:
    """The site's folder, closed to other accounts from the moment it exists."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        folder.mkdir(mode=0o700)


def migrate(site: Site) -> None:
    """Brings the tables up to date, as the owner, in a process of its own. Raises CommandFailed."""
    run_inside(site, "parvis.cli.migrations", "apply", owner=True)


def run_inside(site: Site, module: str, *arguments: str, owner: bool = False) -> str:
    """Runs one of our modules on the site and returns what it printed. Raises CommandFailed with its words."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=os.environ | site.environment() | {"PARVIS_DB_ROLE": "owner" if owner else "app"},
        cwd=SOURCE,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandFailed(_("%(step)s failed; the reason is above.") % {"step": f"{module} {arguments[0]}"})
    return done.stdout


def set_up_django() -> None:
    """Loads the application into this process; the site must be open."""
    import django

    django.setup()
    from django.utils import translation

    from parvis.cli.words import language

    translation.activate(language())


@contextmanager
def hold_alone(site: Site, what: str) -> Iterator[None]:
    """Only one process serves a folder at a time. Raises CommandFailed when another does."""
    make_folder(site.data)
    with (site.data / f"{what}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CommandFailed(
                _("Parvis already runs on %(folder)s (%(where)s).")
                % {"folder": site.data, "where": lock.read().strip() or "?"}
            )
        yield
