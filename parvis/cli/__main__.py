"""The entry of `bin/parvis`: reads the words, runs the command, turns a failure into a sentence."""

from __future__ import annotations

import argparse
import sys

from parvis.cli import backup, bench, check, demo, doctor, keeping, person, receive, transfers, up, work
from parvis.cli.site import CommandFailed
from parvis.cli.words import gettext as _
from parvis.kernel.postgres import CannotLaunch, ServerFailed
from parvis.kernel.postgres.binaries import NoPostgres

COMMANDS = (up, demo, transfers, check, doctor, person, backup, keeping, bench, work, receive)


def main(words: list[str] | None = None) -> int:
    """Runs one command; 0 when well, 1 with a sentence on stderr when not, 130 after Ctrl+C."""
    parser = argparse.ArgumentParser(prog="bin/parvis", description=_("Parvis, your company's communities."))
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"))
    for module in COMMANDS:
        module.add(commands)
    args = parser.parse_args(words)
    try:
        return int(args.run(args))
    except (CommandFailed, ServerFailed, CannotLaunch, NoPostgres) as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        # An action's own no is a sentence; anything else is a fault, and its traceback helps.
        if type(error).__module__ == "parvis.kernel.errors":
            print(error, file=sys.stderr)
            return 1
        raise


if __name__ == "__main__":
    sys.exit(main())
