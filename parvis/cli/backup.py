"""`parvis backup` and `parvis restore`: database, files and signing key in one archive, and back into an empty place."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

import parvis
from parvis.cli.site import (
    CommandFailed,
    Site,
    add_data_option,
    find_site,
    hold_alone,
    make_folder,
    open_site,
    prepare_foreign_database,
)
from parvis.cli.words import gettext as _
from parvis.kernel.postgres import APP, OWNER, Role, find_binaries
from parvis.kernel.postgres.server import server_environment

FORMAT = 1
DATABASE, MANIFEST, FILES, KEY = "database.dump", "manifest.json", "files", "secret.key"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares both commands."""
    parser = commands.add_parser(
        "backup", help=_("write the whole site into one archive, also while it runs")
    )
    parser.add_argument("archive", metavar="ARCHIVE.tar")
    add_data_option(parser)
    parser.set_defaults(run=run_backup)

    parser = commands.add_parser("restore", help=_("bring an archive back, into an empty place"))
    parser.add_argument("archive", metavar="ARCHIVE.tar")
    add_data_option(parser)
    parser.set_defaults(run=run_restore)


def run_backup(args: argparse.Namespace) -> int:
    """Database first, files after: whatever the database names is then in the archive."""
    target = Path(args.archive).expanduser().resolve()
    with open_site(args.data) as site, tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / DATABASE
        run_program("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={maker_url(site)}")
        manifest = {
            "format": FORMAT,
            "parvis": parvis.__version__,
            "roles": role_names(site),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database_sha256": checksum(dump),
            "database_bytes": dump.stat().st_size,
        }
        draft = Path(folder) / "archive"
        with tarfile.open(draft, "w") as archive:
            add_text(archive, MANIFEST, json.dumps(manifest, indent=1))
            archive.add(dump, DATABASE)
            count = add_site_files(archive, site.data)
        draft.chmod(0o600)
        draft.replace(target)
    print(_("Written: %(archive)s (%(count)s files). Keep it as closed as the site itself.")
          % {"archive": target, "count": count})  # fmt: skip
    if os.environ.get("PARVIS_FILES_S3_BUCKET"):
        print(_("Files in the object store are not in it: keep copies of the bucket too."))
    return 0


def add_site_files(archive: tarfile.TarFile, data: Path) -> int:
    """The attachments and the signing key; returns how many files."""
    count = 0
    for path in [*sorted((data / FILES).rglob("*")), data / KEY]:
        # What is still arriving is nobody's file yet.
        if path.is_file() and not path.is_symlink() and path.parent.name not in ("coming", "sending"):
            archive.add(path, str(path.relative_to(data)))
            count += 1
    return count


def run_restore(args: argparse.Namespace) -> int:
    """Into an empty folder and an empty database only: nothing is ever overwritten."""
    source = Path(args.archive).expanduser().resolve()
    if not source.is_file():
        raise CommandFailed(_("%(path)s is not there.") % {"path": source})
    site = find_site(args.data)
    if site.data.exists() and any(site.data.iterdir()):
        raise CommandFailed(_("%(folder)s is not empty: restore into a new folder.") % {"folder": site.data})
    make_folder(site.data)
    with tarfile.open(source) as archive, tempfile.TemporaryDirectory(dir=site.data) as folder:
        unpack(archive, Path(folder))
        manifest = read_manifest(Path(folder))
        if checksum(Path(folder) / DATABASE) != manifest["database_sha256"]:
            raise CommandFailed(_("The archive is damaged: its database does not have the noted checksum."))
        with hold_alone(site, "up"):
            load_database(site, Path(folder) / DATABASE, is_exact=manifest["roles"] == [OWNER, APP])
        for name in (FILES, KEY):
            if (Path(folder) / name).exists():
                (Path(folder) / name).rename(site.data / name)
    with open_site(args.data):
        print(
            _("Restored into %(folder)s, as of %(date)s.")
            % {"folder": site.data, "date": manifest["made_at"]}
        )
    return 0


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Only the names a backup has, only plain files, and no path that leads elsewhere.

    By hand: the first releases of Python 3.11 know no filter of archives.
    """
    known = {MANIFEST, DATABASE, KEY}
    for member in archive:
        parts = PurePosixPath(member.name).parts
        if not member.isfile() or ".." in parts or not (member.name in known or parts[:1] == (FILES,)):
            continue
        target = folder.joinpath(*parts)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = archive.extractfile(member)
        assert source is not None
        with source, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(source, file)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The archive's own account of itself. Raises CommandFailed if it is no backup of ours."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if manifest["format"] != FORMAT:
            raise CommandFailed(_("This archive was written by a newer Parvis."))
        return manifest
    except (OSError, ValueError, KeyError):
        raise CommandFailed(_("This is no backup of Parvis."))


def load_database(site: Site, dump: Path, *, is_exact: bool) -> None:
    """Everything in one transaction, into a database without tables.

    Exact: from one of our own servers to another, owners and rights as they were. Else everything belongs to the
    owner here, and the application has the rights it is given anywhere.
    """
    if site.server is None:
        prepare_foreign_database(site)
        restore_dump(site.owner_url, dump, is_exact=False)
        return
    with site.server as server:
        server.ensure_roles_and_database()
        if is_exact:
            # Rights given beforehand would add to those of the archive, so the database starts without any.
            server.drop_database("parvis")
            with server.superuser() as connection:
                connection.execute(
                    "CREATE DATABASE parvis OWNER parvis_owner ENCODING 'UTF8' TEMPLATE template0"
                )
        restore_dump(server.url("superuser" if is_exact else "owner"), dump, is_exact=is_exact)
        server.ensure_roles_and_database()


def role_names(site: Site) -> list[str]:
    """Who owns the tables, and who only uses them."""
    roles: tuple[Role, Role] = ("owner", "app")
    return [str(conninfo_to_dict(site.url(role)).get("user")) for role in roles]


def restore_dump(url: str, dump: Path, *, is_exact: bool) -> None:
    """pg_restore as text into psql, so that a line an older server doesn't know can be left out."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        if row and row[0]:
            raise CommandFailed(_("The database is not empty: restore into a new one."))
    options = [] if is_exact else ["--no-owner", "--no-privileges", "--no-comments"]
    reader = subprocess.Popen(
        [find_binaries().program("pg_restore"), "--file=-", *options, str(dump)],
        stdout=subprocess.PIPE,
        env=server_environment(),
    )
    writer = subprocess.Popen(
        [find_binaries().program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=server_environment(),
    )
    assert reader.stdout
    assert writer.stdin
    try:
        for line in known_lines(reader.stdout):
            writer.stdin.write(line)
        writer.stdin.close()
    except BrokenPipeError:
        pass  # psql has said why
    reader.stdout.close()
    if reader.wait() != 0 or writer.wait() != 0:
        raise CommandFailed(_("The database could not be restored; the reason is above."))


def known_lines(lines: IO[bytes]) -> Iterator[bytes]:
    """The dump without the one setting that servers before 17 refuse; rows are never looked at."""
    is_head = True
    for line in lines:
        is_head = is_head and not line.startswith(b"CREATE ")
        if not (is_head and line.startswith(b"SET transaction_timeout")):
            yield line


def maker_url(site: Site) -> str:
    """Who may read every row: the superuser of our own server, else the owner of the tables."""
    return site.server.url("superuser") if site.server else site.owner_url


def run_program(name: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs. Raises CommandFailed; its words are on stderr."""
    done = subprocess.run([find_binaries().program(name), *arguments], env=server_environment(), check=False)
    if done.returncode != 0:
        raise CommandFailed(_("%(step)s failed; the reason is above.") % {"step": name})


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    """A small entry made of text."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(text.encode()), 0o600, int(datetime.now(UTC).timestamp())
    archive.addfile(entry, io.BytesIO(text.encode()))
