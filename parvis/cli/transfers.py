"""`parvis import` and `parvis export`: bundles in and out. What a bundle is: parvis.transfer."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from parvis.cli.progress import Progress
from parvis.cli.site import CommandFailed, add_data_option, open_site, set_up_django
from parvis.cli.words import gettext as _


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares both commands."""
    parser = commands.add_parser("import", help=_("load a bundle (folder or zip), or another network's data"))
    parser.add_argument("source", metavar="DIR_OR_ZIP")
    parser.add_argument("--from", dest="kind", choices=["bundle", "consultation"], default="bundle")
    parser.add_argument("--dry-run", action="store_true", help=_("only say what would happen"))
    add_data_option(parser)
    parser.set_defaults(run=run_import)

    parser = commands.add_parser("export", help=_("write everything into a bundle"))
    parser.add_argument("target", metavar="BUNDLE.zip")
    add_data_option(parser)
    parser.set_defaults(run=run_export)


def run_import(args: argparse.Namespace) -> int:
    """Converts if asked, loads, prints the report."""
    source = Path(args.source).expanduser().resolve()
    if not source.exists():
        raise CommandFailed(_("%(path)s is not there.") % {"path": source})
    with (
        open_site(args.data, must_exist=False),
        tempfile.TemporaryDirectory(prefix="parvis-import-") as folder,
    ):
        set_up_django()
        from parvis.transfer.load import import_bundle

        progress = Progress()
        if args.kind == "consultation":
            from parvis.transfer.consultation import convert

            bundle = Path(folder) / "bundle"
            print_report(convert(source, bundle, progress=progress))
            source = bundle
        report = import_bundle(source, dry_run=args.dry_run, progress=progress)
        progress.close()
        print_report(report)
    return 1 if report.problems else 0


def run_export(args: argparse.Namespace) -> int:
    """Writes the bundle, complete or not at all."""
    with open_site(args.data):
        set_up_django()
        from parvis.transfer.dump import export_bundle

        progress = Progress()
        report = export_bundle(Path(args.target).expanduser().resolve(), progress=progress)
        progress.close()
        print_report(report)
        print(args.target)
    return 0


def print_report(report: object) -> None:
    """A report's sentences, one a line."""
    sentences = getattr(report, "sentences", None)
    for line in sentences() if callable(sentences) else [str(report)] if report else []:
        print(line)
