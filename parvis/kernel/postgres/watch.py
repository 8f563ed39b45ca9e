"""A small process that stops the server once nobody uses it any more, even if its users were killed.

Run as a script (standard library only, so that it stays small): START_LOCK USERS_LOCK WATCH_LOCK COMMAND…
Every user of the server holds USERS_LOCK shared; the kernel lets go of it when a process dies in any way.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys


def main(start_lock: str, users_lock: str, watch_lock: str, *command: str) -> None:
    """Waits for the last user to go, then runs the stop command. One watcher a server is enough."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watch = os.open(watch_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(watch, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return
    users = os.open(users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    start = os.open(start_lock, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)
        # Let go before taking the start lock: whoever starts holds that one and waits for this one.
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(start, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(start, fcntl.LOCK_UN)
            continue
        # If it had already been stopped, pg_ctl says so and nothing happens.
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
