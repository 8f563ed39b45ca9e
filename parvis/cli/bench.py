"""`parvis bench`: measures pages on a large site of its own. The measuring: parvis.bench."""

from __future__ import annotations

import argparse
from pathlib import Path

from parvis.cli.site import CommandFailed
from parvis.cli.words import gettext as _


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("bench", help=_("build a large site of its own and measure it"))
    parser.add_argument("--size", type=int, default=1_000_000, help=_("number of contributions"))
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON"))
    parser.add_argument("--data", metavar="DIR", help=_("where to keep the large site between two runs"))
    parser.add_argument(
        "--against", type=int, metavar="SIZE", help=_("measure a smaller site too, and compare the two")
    )
    parser.add_argument(
        "--rooms", action="store_true", help=_("a folder, a month, a shelf and an upload, each grown tenfold")
    )
    parser.add_argument(
        "--notices",
        action="store_true",
        help=_("only the bell: its count, its list, telling a whole community"),
    )
    parser.add_argument(
        "--search", action="store_true", help=_("only the search: common and rare words, suggestions")
    )
    parser.add_argument(
        "--live", action="store_true", help=_("only the live stream: 5,000 pages open, events, a break")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Never on a site that people use: the bench makes its own server, DATABASE_URL is not looked at."""
    from parvis.bench import run as measure
    from parvis.bench.live import run as measure_live
    from parvis.bench.notices import run as measure_notices
    from parvis.bench.rooms import run as measure_rooms
    from parvis.bench.searching import run as measure_search

    folder = Path(args.data).expanduser().resolve() if args.data else None
    if args.rooms:
        measure_rooms(as_json=args.json)
        return 0
    if args.live:
        measure_live(as_json=args.json)
        return 0
    if args.notices:
        measure_notices(folder, args.size, as_json=args.json)
        return 0
    if args.search:
        measure_search(folder, args.size, as_json=args.json)
        return 0
    try:
        measure(args.size, as_json=args.json, folder=folder, against=args.against)
    except RuntimeError as refused:
        raise CommandFailed(str(refused))
    return 0
