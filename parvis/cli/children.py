"""The processes of a running site: started together, restarted when they die, ended in order.

Not here: which processes (up) and the database (kernel.postgres).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE_S = 15.0
SLOWEST_RESTART_S = 30.0
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """In a child, before it becomes its program: if this parent is killed, the kernel ends the child (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process that should be there, and how often it wasn't."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    start_at: float = 0.0


@dataclass
class Children:
    """A group of processes, each in a session of its own: Ctrl+C reaches only us, and we end them in order."""

    environment: dict[str, str]
    say: Callable[[str], None]
    members: list[Child] = field(default_factory=list)

    def add(self, name: str, argv: list[str]) -> None:
        """Starts one more process."""
        child = Child(name, argv)
        self.members.append(child)
        self.start(child)

    def start(self, child: Child) -> None:
        """Starts a process; its words go to stderr."""
        child.process = subprocess.Popen(
            child.argv,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
            # Only a C call without locks happens there, and this process has one thread.
            preexec_fn=die_with_parent,
        )

    def look_after(self) -> None:
        """Restarts who died, at once the first time, then ever more slowly."""
        now = time.monotonic()
        for child in self.members:
            if child.process is not None and child.process.poll() is not None:
                # Its own workers must not stay behind, sharing the port with the new ones.
                kill_session(child.process)
                code, child.process = child.process.returncode, None
                child.start_at = now + min(SLOWEST_RESTART_S, 2.0**child.deaths - 1)
                child.deaths += 1
                self.say(f"{child.name} ended ({code}); starting it again.")
            if child.process is None and now >= child.start_at:
                self.start(child)

    def stop(self) -> None:
        """Asks all to end, waits, and kills who doesn't."""
        running = [child.process for child in self.members if child.process is not None]
        self.members.clear()
        for process in running:
            process.terminate()
        deadline = time.monotonic() + PATIENCE_S
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            kill_session(process)
            process.wait()


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and the workers it started."""
    with contextlib.suppress(ProcessLookupError):  # all of them may have ended
        os.killpg(process.pid, signal.SIGKILL)
