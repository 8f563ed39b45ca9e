"""`parvis check`: every setting, its value (secrets masked), where it comes from, and what is wrong with it."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from parvis.cli import keeping
from parvis.cli.site import add_data_option, find_site, set_up_django
from parvis.cli.words import gettext as _


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declares the command."""
    parser = commands.add_parser("check", help=_("every setting, its origin and its problems"))
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints a line a setting; 1 if anything is wrong. The database is not needed."""
    given = {name for name in os.environ if name.startswith("PARVIS_") or name == "DATABASE_URL"}
    site = find_site(args.data)
    if "PARVIS_DATA" not in given:
        os.environ["PARVIS_DATA"] = str(site.data)
    try:
        # Imported here: a wrong value in the environment must become a sentence.
        from parvis.config import Config

        config = Config()  # type: ignore[call-arg]
    except ValidationError as error:
        for wrong in error.errors():
            name = f"PARVIS_{wrong['loc'][0]}".upper()
            print(f"✗ {name}={masked_text(os.environ.get(name, ''))}: {wrong['msg']}")
        return 1
    print(f"{'DATABASE_URL':28} {database_line()}")
    for field, info in type(config).model_fields.items():
        name = f"PARVIS_{field}".upper()
        origin = _("environment") if name in given else _("default")
        print(f"{name:28} {shown(getattr(config, field)):32} {origin:12} {_(info.description or '-')}")
    problems = [*find_problems(config), *unknown_names(given, set(type(config).model_fields))]
    if config.files_s3_bucket or config.clamav:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
        set_up_django()
        problems += keeping.find_problems(config.clamav, bucket=config.files_s3_bucket)
    for problem in problems:
        print(f"✗ {problem}")
    if not problems:
        print("✓ " + _("No problem found."))
    return 1 if problems else 0


def shown(value: object) -> str:
    """A value as it may be printed: never a secret, never a password inside an address."""
    if isinstance(value, SecretStr):
        return "••••••" if value.get_secret_value() else "—"
    return masked_text(str(value)) or "—"


def masked_text(text: str) -> str:
    """The text with the password of any address in it hidden."""
    return re.sub(r"(//[^/@:\s]*:)[^@\s]+@", r"\1••••••@", text)


def database_line() -> str:
    """Which database would be used, and why."""
    named = os.environ.get("DATABASE_URL")
    if named:
        return masked_text(named) + f" ({_('environment')})"
    return _("embedded PostgreSQL in the site's folder") + f" ({_('default')})"


def unknown_names(given: set[str], fields: set[str]) -> Iterator[str]:
    """Settings nobody reads: most often a slip of the fingers."""
    ours = {f"PARVIS_{field}".upper() for field in fields}
    prefixes = ("PARVIS_TEST_", "PARVIS_POSTGRES_", "PARVIS_CHROMIUM", "PARVIS_CORPUS", "PARVIS_FULL")
    for name in sorted(given - ours - {"DATABASE_URL"}):
        if not name.startswith(prefixes):
            yield _("%(name)s is no setting of Parvis.") % {"name": name}


def find_problems(config: object) -> Iterator[str]:
    """What would not work, or not be safe, said in sentences."""
    value = vars(config)
    url = urlsplit(str(value.get("url", "")))
    if url.scheme not in ("http", "https") or not url.hostname:
        yield _("PARVIS_URL must be an address such as https://network.example.org.")
    elif url.scheme == "http" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield _(
            "PARVIS_URL is not https: cookies then carry no protection against being read on the way. "
            "They still work, so that a phone on the same network can sign in."
        )
    if value.get("debug"):
        yield _("PARVIS_DEBUG shows inner workings to everybody: never on a real site.")
    folder = Path(str(value.get("data")))
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not os.access(nearest, os.W_OK):
        yield _("%(folder)s cannot be written to.") % {"folder": folder}
    if not 1 <= int(value.get("port", 0)) <= 65535:
        yield _("PARVIS_PORT must be between 1 and 65535.")
    named, owner = os.environ.get("DATABASE_URL"), os.environ.get("PARVIS_DATABASE_URL_OWNER")
    if named and not owner:
        yield _(
            "DATABASE_URL is used for everything. Give the role that owns the tables by PARVIS_DATABASE_URL_OWNER, "
            "so that pages run with fewer rights: bin/parvis doctor --sql prints how."
        )
