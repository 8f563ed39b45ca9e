"""`parvis files`: copies every kept file between the data folder and the object store, and says whether both answer."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from parvis.cli.site import CommandFailed, add_data_option, find_site, set_up_django
from parvis.cli.words import gettext as _


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("files", help=_("copy the kept files to the object store, or back"))
    parser.add_argument("--to", required=True, choices=("s3", "folder"), help=_("where to copy them"))
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Copies what is missing, checks each by its hash, deletes nothing. The site may run meanwhile; the database isn't asked."""
    os.environ.setdefault("PARVIS_DATA", str(find_site(args.data).data))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
    set_up_django()
    from parvis.kernel.files import local_store, site_store
    from parvis.kernel.files_tidy import copy_all

    bucket, folder = site_store(), local_store()
    if type(bucket) is type(folder):
        raise CommandFailed(_("No object store is set: PARVIS_FILES_S3_BUCKET is empty."))
    source, target = (folder, bucket) if args.to == "s3" else (bucket, folder)
    copied, kept = copy_all(source, target)
    print(_("Copied: %(copied)s. There already: %(kept)s.") % {"copied": copied, "kept": kept})
    return 0


def find_problems(clamav: str, *, bucket: str) -> Iterator[str]:
    """What of scanner and object store doesn't answer, in sentences. Needs Django."""
    from parvis.kernel.files import site_store
    from parvis.kernel.scanning import ScannerAway, ping

    if bucket:
        try:
            fault = site_store().check()  # type: ignore[attr-defined]
        except RuntimeError as missing:
            fault = str(missing)
        if fault:
            yield _("The object store doesn't work (PARVIS_FILES_S3_…): %(fault)s.") % {"fault": fault}
    if clamav:
        try:
            ping(clamav)
        except (ScannerAway, OSError):
            yield _("The virus scanner doesn't answer (PARVIS_CLAMAV): no file is kept until it does.")
