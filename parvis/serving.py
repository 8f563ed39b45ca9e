"""How the page server and the live process are started, by a site and by the bench alike. Not here: what answers (wsgi, front)."""

from __future__ import annotations

import os
import sys

# Each holds one slow person, asleep; how many pages are made at a time is parvis.front's matter.
THREADS = 64
WORKERS = 8  # at most, unless said otherwise: each may open parvis.front.SLOTS connections to the database
CONNECTIONS = 1024  # browsers keep theirs open a while
# glibc would keep a heap of its own for nearly every thread.
MEMORY = {"MALLOC_ARENA_MAX": "2"}


def page_server(bind: str, port: int) -> list[str]:
    """The command: one process a core, several requests at a time in each. Run it with MEMORY in its environment."""
    workers = os.environ.get("PARVIS_WORKERS") or str(min(os.cpu_count() or 1, WORKERS))
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", bind, "--port", str(port),
        "--workers", workers, "--blocking-threads", str(THREADS), "--backpressure", str(CONNECTIONS),
        "--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws", "--log-level", "error",
        "parvis.wsgi:application",
    ]  # fmt: skip


def live_server(bind: str, port: int) -> list[str]:
    """The command of the live process: one, however many cores, since it only carries messages."""
    return [sys.executable, "-m", "parvis.live", "--bind", bind, "--port", str(port)]
