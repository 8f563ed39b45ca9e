"""`python -m parvis.live`: the live process; a site's own start and a service manager run it. Not here: what it does."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource


def main() -> None:
    """Serves until SIGTERM, then says goodbye to everybody in one line."""
    parser = argparse.ArgumentParser(prog="parvis.live")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
    import django

    django.setup()
    _allow_many_files()
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    from parvis.live.application import Application
    from parvis.live.server import Server

    asyncio.run(Server(Application(), args.bind, args.port).serve())


def _allow_many_files() -> None:
    """As many open connections as the machine lets us have, not the shell's usual 1,024."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536) if hard > 0 else 65_536, hard))


if __name__ == "__main__":
    main()
