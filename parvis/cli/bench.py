"""`parvis bench`: measures pages on a large site of its own, thrown away afterwards. The measuring: parvis.bench."""

from __future__ import annotations

import argparse

from parvis.cli.site import add_data_option, open_site, set_up_django
from parvis.cli.words import gettext as _


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("bench", help=_("build a large site and measure it"))
    add_data_option(parser, "parvis-bench")
    parser.add_argument("--size", type=int, default=1_000_000, help=_("number of contributions"))
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Never on a site that people use: the folder is the bench's own, DATABASE_URL is not looked at."""
    with open_site(args.data, must_exist=False, only_embedded=True):
        set_up_django()
        from parvis.bench import run as measure

        measure(args.size, args.json)
    return 0
