"""The command the watcher runs: stop the server of a folder if it runs and nobody uses it."""

from __future__ import annotations

import sys
from pathlib import Path

from parvis.kernel.postgres.server import Server
from parvis.kernel.postgres.watch import STILL_USED


def main(data_dir: str, way: str | None = None) -> int:
    """0 when the server does not run any more; STILL_USED when somebody holds it."""
    server = Server(Path(data_dir), way=way)
    # Most often it was stopped in order, and the folder may even be gone: then no lock file is made there.
    return 0 if not server.is_running() or server.stop_if_unused() else STILL_USED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
