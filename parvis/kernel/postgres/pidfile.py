"""What `postmaster.pid` says, and whether it still tells the truth; no process is started or stopped here."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

CLOCK_TOLERANCE_S = 10.0


@dataclass(frozen=True)
class PidFile:
    """The first lines of a server's own note: its process, when it began, where it listens."""

    pid: int
    started_at: float
    socket_dir: str

    def is_true(self) -> bool:
        """Whether that very process still lives: a pid alone may since belong to somebody else."""
        try:
            process = psutil.Process(self.pid)
            return (
                process.status() != psutil.STATUS_ZOMBIE
                and "postgres" in process.name()
                and abs(process.create_time() - self.started_at) <= CLOCK_TOLERANCE_S
            )
        except psutil.Error:
            return False


def read_pid_file(cluster: Path) -> PidFile | None:
    """The note in a cluster's folder; None when there is none or it is half written."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return PidFile(int(lines[0]), float(lines[2]), lines[4] if len(lines) > 4 else "")
    except (OSError, ValueError, IndexError):
        return None


def disarm_stale_pid_file(cluster: Path) -> None:
    """Lets a server start although its dead predecessor's pid now belongs to another process.

    Only the pid is replaced, by that of a process known to be dead. The file itself stays, because its last
    lines let PostgreSQL notice backends of the old server that still use the shared memory.
    """
    file = cluster / "postmaster.pid"
    lines = file.read_text().splitlines(keepends=True)
    dead = subprocess.Popen([sys.executable, "-I", "-S", "-c", ""], stdin=subprocess.DEVNULL)
    dead.wait()
    file.write_text("".join([f"{dead.pid}\n", *lines[1:]]))
