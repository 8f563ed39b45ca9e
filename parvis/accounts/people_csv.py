"""People from a CSV: read whatever a spreadsheet writes, judged line by line, written whole or not at all.

Not here: writing the rows (accounts.people_import).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.kernel.words import fold

MOST_BYTES = 20 * 1024 * 1024
MOST_LINES = 50_000

# What a column may be called, folded, in French and English.
HEADERS = {
    "name": "name|full name|display name|nom complet|nom et prenom|prenom et nom|nom prenom|prenom nom",
    "first_name": "first name|firstname|given name|prenom",
    "last_name": "last name|lastname|surname|family name|nom|nom de famille",
    "email": "email|e-mail|mail|email address|e-mail address|courriel|adresse e-mail|adresse mail|adresse email",
    "username": "username|user name|login|identifiant|matricule",
    "job_title": "role|job title|title|job|position|fonction|poste|intitule du poste|metier",
    "department": "department|dept|team|service|direction|departement|equipe",
    "site": "site|location|office|lieu|ville|etablissement",
    "manager": "manager|line manager|reports to|responsable|n+1|superieur",
    "languages": "languages|spoken languages|langues|langues parlees",
    "language": "language|interface language|langue|langue de l'interface",
    "ask": "ask me about|ask|skills|expertise|competences|me demander|demandez-moi",
    "interest": "interests|interest|hobbies|centres d'interet|interets|loisirs",
}
NAMES = {alias: column for column, aliases in HEADERS.items() for alias in aliases.split("|")}


@dataclass
class Line:
    """One line: its number in the file, its cells by column, and what became of it."""

    number: int
    cells: dict[str, str]
    outcome: str = ""  # new, updated, same, wrong
    problems: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        full = (
            self.cells.get("name") or f"{self.cells.get('first_name', '')} {self.cells.get('last_name', '')}"
        )
        return " ".join(full.split())


@dataclass
class Table:
    """The lines of a file, the columns understood, and those that weren't."""

    lines: list[Line]
    columns: list[str]
    unknown: list[str]
    text: str


def read_table(data: bytes, *, labels: dict[str, str] | None = None) -> Table:
    """The people of a CSV: UTF-8, UTF-16 or Windows; commas, semicolons or tabs.

    `labels` are further folded headers with the name of their column (the administrator's fields). Raises
    Refused when it isn't a table with a name and an e-mail or user name column.
    """
    if len(data) > MOST_BYTES:
        raise Refused(
            _("This file is too large: at most %(limit)s MB.") % {"limit": MOST_BYTES // 2**20}, field="file"
        )
    text = decode_text(data)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True))
    except csv.Error as problem:
        raise Refused(_("This isn't a CSV we can read: %(problem)s.") % {"problem": problem}, field="file")
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise Refused(_("This file is empty. Its first line names the columns."), field="file")
    known = {**NAMES, **(labels or {})}
    columns = [known.get(_header(cell), "") for cell in rows[0]]
    _check_columns(columns)
    unknown = [
        cell.strip() for cell, column in zip(rows[0], columns, strict=True) if not column and cell.strip()
    ]
    lines = [
        _line(number, row, columns)
        for number, row in enumerate(rows[1:], start=2)
        if any(c.strip() for c in row)
    ]
    if len(lines) > MOST_LINES:
        raise Refused(
            _("This file has too many lines: at most %(limit)s.") % {"limit": MOST_LINES}, field="file"
        )
    return Table(lines, [column for column in columns if column], unknown, text)


def _header(cell: str) -> str:
    return re.sub(r"[\s_]+", " ", fold(cell)).strip(" :*")


def _check_columns(columns: list[str]) -> None:
    doubled = {column for column in columns if column and columns.count(column) > 1}
    if doubled:
        raise Refused(
            _("Two columns mean the same: %(names)s.") % {"names": ", ".join(sorted(doubled))}, field="file"
        )
    if not ("name" in columns or "last_name" in columns):
        raise Refused(
            _("No column gives the name. Call one “name”, or two “first name” and “last name”."), field="file"
        )
    if not {"email", "username"} & set(columns):
        raise Refused(_("No column tells people apart. Call one “e-mail” or “user name”."), field="file")


def _line(number: int, row: list[str], columns: list[str]) -> Line:
    cells = {
        column: " ".join(cell.replace("\0", "").split())
        for column, cell in zip(columns, row, strict=False)
        if column
    }
    line = Line(number, cells)
    if len(row) > len(columns) and any(cell.strip() for cell in row[len(columns) :]):
        line.problems.append(_("More cells than columns: is a comma missing its quotes?"))
    return line


def decode_text(data: bytes) -> str:
    """The text whatever program wrote it: UTF-8 or UTF-16 by their marks, else UTF-8, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def delimiter_of(text: str) -> str:
    """What parts the columns, judged by the first line outside its quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip().split("\n", 1)[0])
    return max((";", ",", "\t"), key=first.count)
