"""The command the watcher runs: stop the server of a folder if it runs and nobody uses it."""

from __future__ import annotations

import sys
from pathlib import Path

from parvis.kernel.postgres.server import Server
from parvis.kernel.postgres.watch import STILL_USED

if __name__ == "__main__":
    way = sys.argv[2] if len(sys.argv) > 2 else None
    sys.exit(0 if Server(Path(sys.argv[1]), way=way).stop_if_unused() else STILL_USED)
