"""A small process that has the server stopped once nobody uses it any more, even if its users were killed.

Run as a script (standard library only, so that it stays small): USERS_LOCK WATCH_LOCK COMMAND…
Every user of the server holds USERS_LOCK shared; the kernel lets go of it when a process dies in any way.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time

STILL_USED = 3  # the command's answer when somebody came in between


def main(users_lock: str, watch_lock: str, *command: str) -> None:
    """Waits for the last user to go, then runs the command. One watcher a server is enough."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    watch = os.open(watch_lock, os.O_RDWR | os.O_CREAT, 0o600)
    if not take_over(watch):
        return
    users = os.open(users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_UN)
        if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != STILL_USED:
            return


def take_over(watch: int) -> bool:
    """Whether this one is the watcher. Patient for a moment: the one of the server's last life may just end."""
    for _ in range(25):
        try:
            fcntl.flock(watch, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    main(*sys.argv[1:])
