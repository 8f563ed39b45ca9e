"""What an administrator should know of the site's health, in sentences, and every setting with its origin.

Not here: the command of the same purpose, which also runs without a database (cli.check, cli.doctor).
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import SecretStr

from parvis.access.table import require
from parvis.accounts import mail
from parvis.config import config
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.sandbox import missing_walls
from parvis.people.models import Person

SIGN_OF_LIFE = timedelta(minutes=2)
LEAST_FREE = 2 * 2**30  # bytes
LEAST_POSTGRES = 15

FACTS = """
SELECT current_setting('server_version_num')::int / 10000 AS version, current_user AS role,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_super,
  pg_database_size(current_database()) AS size,
  (SELECT max(last_heartbeat) FROM procrastinate_workers) AS heartbeat,
  (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted')) AS failed_jobs,
  (SELECT count(*) FROM accounts_message WHERE state = 'failed') AS failed_mails,
  (SELECT count(*) FROM people_person WHERE is_administrator AND state = 'active') AS administrators,
  (SELECT count(*) FROM people_person p WHERE p.state = 'active' AND NOT EXISTS (
     SELECT 1 FROM spaces_membership m JOIN spaces_space s ON s.id = m.space_id AND s.is_everyone
     WHERE m.person_id = p.id)) AS outside,
  (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user) AS owned"""


@dataclass(frozen=True)
class Check:
    """One thing looked at: fine or not, said in a sentence, with where to mend it."""

    title: str
    is_fine: bool
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class Setting:
    """One setting of the operator: secrets are never shown."""

    name: str
    value: str
    is_given: bool
    description: str


def look(*, by: Person) -> list[Check]:
    """Everything looked at now, problems first. Who may: administrators. One query or two."""
    require("site.administer", by=by)
    facts = read(FACTS)[0]
    found = [*_of_database(facts), *_of_work(facts), *_of_people(facts), *_of_server()]
    return sorted(found, key=lambda check: check.is_fine)


def _of_database(facts: Any) -> list[Check]:
    is_bound = not facts.is_super and facts.owned == 0
    return [
        Check(
            _("Database"),
            facts.version >= LEAST_POSTGRES,
            _("PostgreSQL %(version)s, %(size)s MB.")
            % {"version": facts.version, "size": round(facts.size / 2**20)},
        ),
        Check(
            _("Rights in the database"),
            is_bound,
            _("Pages run as %(role)s, which owns no table.") % {"role": facts.role}
            if is_bound
            else _(
                "Pages run as %(role)s, which owns the tables: give them a role of their own (PARVIS_DATABASE_URL_OWNER)."
            )
            % {"role": facts.role},
        ),
    ]


def _of_work(facts: Any) -> list[Check]:
    is_alive = facts.heartbeat is not None and facts.heartbeat > clock.now() - SIGN_OF_LIFE
    return [
        Check(
            _("Background work"),
            is_alive,
            _("A worker is at it.")
            if is_alive
            else _(
                "No worker gives a sign of life: notices, mails and imports wait. bin/parvis up starts one."
            ),
            "/admin/jobs/",
        ),
        Check(
            _("Failed work"),
            not facts.failed_jobs,
            ngettext("%(n)s piece of work failed.", "%(n)s pieces of work failed.", facts.failed_jobs)
            % {"n": facts.failed_jobs}
            if facts.failed_jobs
            else _("None."),
            "/admin/jobs/",
        ),
        Check(
            _("Mail"),
            mail.is_configured() and not facts.failed_mails,
            _mail_in_words(facts.failed_mails),
            "/admin/mail/",
        ),
    ]


def _mail_in_words(failed: int) -> str:
    if not mail.is_configured():
        return _("Mail isn't set up: messages wait in the outbox.")
    if failed:
        return ngettext("%(n)s message couldn't leave.", "%(n)s messages couldn't leave.", failed) % {
            "n": failed
        }
    return _("Messages leave through the relay.")


def _of_people(facts: Any) -> list[Check]:
    return [
        Check(
            _("Administrators"),
            facts.administrators > 1,
            ngettext(
                "Only %(n)s administrator: name a second one, for the day this one is away.",
                "%(n)s administrators.",
                facts.administrators,
            )
            % {"n": facts.administrators},
            "/admin/people/?state=administrator",
        ),
        Check(
            _("Community of everyone"),
            not facts.outside,
            ngettext("%(n)s person is missing from it.", "%(n)s people are missing from it.", facts.outside)
            % {"n": facts.outside}
            if facts.outside
            else _("Every active person belongs to it."),
            "/c/everyone/",
        ),
    ]


def _of_decoders() -> Check:
    """The walls around what decodes people's files: without one of them a hostile file is held back less."""
    missing = missing_walls()
    return Check(
        _("Walls around decoders"),
        not missing,
        _("All of them stand.")
        if not missing
        else _("This machine refuses: %(walls)s. Hostile files are held back by the others only.")
        % {"walls": ", ".join(sorted(missing))},
    )


def _of_server() -> list[Check]:
    files = config.data / "files"
    place = files if files.exists() else config.data
    free = shutil.disk_usage(place if place.exists() else ".").free
    is_https = config.url.startswith("https://")
    is_local = any(name in config.url for name in ("//localhost", "//127.0.0.1", "//[::1]"))
    can_write = os.access(place, os.W_OK)
    return [
        Check(
            _("Room for files"),
            free > LEAST_FREE and can_write,
            _("%(free)s GB free.") % {"free": round(free / 2**30, 1)}
            if can_write
            else _("The folder of files can't be written to."),
        ),
        Check(
            _("Address"),
            is_https or is_local,
            _("%(url)s is encrypted.") % {"url": config.url}
            if is_https
            else _("%(url)s: for this machine only.") % {"url": config.url}
            if is_local
            else _("%(url)s isn't encrypted: put a server with https before it.") % {"url": config.url},
        ),
        _of_decoders(),
        Check(
            _("Developer's pages"),
            not config.debug,
            _("Off, as they should be.")
            if not config.debug
            else _("PARVIS_DEBUG shows inner workings to everybody: never on a real site."),
        ),
    ]


def settings(*, by: Person) -> list[Setting]:
    """Every setting of the operator with its value, secrets masked. Who may: administrators."""
    require("site.administer", by=by)
    found = []
    for field, info in type(config).model_fields.items():
        name = f"PARVIS_{field}".upper()
        found.append(
            Setting(
                name,
                _shown(getattr(config, field)),
                name in os.environ,
                _(info.description) if info.description else "—",
            )
        )
    return found


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "••••••" if value.get_secret_value() else "—"
    return re.sub(r"(//[^/@:\s]*:)[^@\s]+@", r"\1••••••@", str(value)) or "—"
