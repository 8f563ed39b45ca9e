"""People of a CSV table made into accounts, or brought up to date: tried first, then all at once.

Not here: reading the file (accounts.people_csv) and what active people gain (membership.everyone).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import profile
from parvis.accounts.people_csv import Line, Table, read_table
from parvis.journal.actions import record
from parvis.kernel.db import System
from parvis.kernel.errors import Refused
from parvis.kernel.words import fold, sort_key
from parvis.people.models import Person, PersonState, ProfileField, ProfileValue, Subject
from parvis.people.visibility import value_name

if TYPE_CHECKING:
    from parvis.kernel.db import HasId

PLAIN = {"job_title": 160, "department": 120, "site": 120}
LISTS = ("ask", "interest")


@dataclass
class Report:
    """What an import did, or would do."""

    table: Table
    is_done: bool = False
    people: list[Person] = field(default_factory=list)  # the new ones, once they are there

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.table.lines)

    @property
    def is_fine(self) -> bool:
        return bool(self.table.lines) and not self.count("wrong")


@dataclass
class _Known:
    """Everybody there already, by what may name them."""

    by_email: dict[str, Person]
    by_username: dict[str, Person]
    by_name: dict[str, list[Person]]


def import_people(data: bytes, *, by: Person | System, updates: bool = True, dry_run: bool = False) -> Report:
    """Reads a CSV and makes its people, active at once; those found by e-mail or user name are brought up to date.

    Who may: administrators, and commands. One wrong line and nothing is written; the report says line by line.
    An empty cell changes nothing. The caller then gives everybody what they gain (membership.everyone,
    membership.groups) and may invite. Raises Refused when the file isn't such a table.
    """
    if not isinstance(by, System):
        require("site.administer", by=by)
    fields = list(ProfileField.objects.all())
    labels = {fold(label): value_name(one) for one in fields for label in (one.label_fr, one.label_en)}
    report = Report(read_table(data, labels=labels))
    known = _known(report.table.lines)
    people = [_judge(line, known, fields, updates) for line in report.table.lines]
    _find_managers(report.table.lines, people, known)
    _mark_doubles(report.table.lines)
    if report.is_fine and not dry_run:
        with transaction.atomic():
            report.people = _write(report.table.lines, people, fields, by=by)
        report.is_done = True
    return report


def _known(lines: list[Line]) -> _Known:
    """Who the lines may mean, in three queries however many lines."""
    emails = {line.cells.get(name, "").lower() for line in lines for name in ("email", "manager")} - {""}
    usernames = {line.cells.get(name, "").lower() for line in lines for name in ("username", "manager")} - {
        ""
    }
    names = {sort_key(line.cells["manager"]) for line in lines if line.cells.get("manager")}
    rows = Person.objects.annotate(low_email=Lower("email"), low_name=Lower("username"))
    found = rows.filter(Q(low_email__in=emails) | Q(low_name__in=usernames) | Q(sort_key__in=names))
    known = _Known({}, {}, {})
    for person in found.order_by("id"):
        _remember(known, person)
    return known


def _remember(known: _Known, person: Person) -> None:
    if person.email:
        known.by_email[person.email.lower()] = person
    if person.username:
        known.by_username[person.username.lower()] = person
    key = sort_key(person.display_name)
    known.by_name.setdefault(key, []).append(person)


def _judge(line: Line, known: _Known, fields: list[ProfileField], updates: bool) -> Person:
    """The person as the line would leave them, not saved; notes problems and changes on the line."""
    email, username = line.cells.get("email", "").lower(), line.cells.get("username", "").lower()
    person = known.by_email.get(email) or known.by_username.get(username)
    other = known.by_username.get(username)
    if person is not None and other is not None and person.id != other.id:
        line.problems.append(_("The e-mail is one person's, the user name another's."))
    line.outcome = "same" if person else "new"
    if person is None:
        person = Person(
            state=PersonState.ACTIVE, password=make_password(None), language=_language(line) or "fr"
        )
        _check_identity(line)
    elif not updates:
        return person
    elif person.state in (PersonState.LEFT, PersonState.SUSPENDED):
        line.problems.append(_("This account is closed. Open it again first."))
    _apply(line, person)
    _check_values(line, fields)
    if line.problems:
        line.outcome = "wrong"
    elif line.outcome == "same" and line.changes:
        line.outcome = "updated"
    elif line.outcome == "new":
        _remember(known, person)
    return person


def _check_identity(line: Line) -> None:
    if not line.name:
        line.problems.append(_("The name is missing."))
    if not line.cells.get("email") and not line.cells.get("username"):
        line.problems.append(_("An e-mail address or a user name is missing."))


def _apply(line: Line, person: Person) -> None:
    """Puts the cells on the person; an empty cell changes nothing."""
    _change(line, person, "display_name", line.name, 120)
    for name in ("email", "username"):
        _change(line, person, name, line.cells.get(name, ""), 254 if name == "email" else 60)
    email, username = line.cells.get("email", ""), line.cells.get("username", "")
    try:
        if email:
            validate_email(email)
    except ValidationError:
        line.problems.append(_("“%(value)s” isn't an e-mail address.") % {"value": email})
    if username and not all(letter.isalnum() or letter in ".-_" for letter in username):
        line.problems.append(_("A user name has letters, digits, dots and hyphens only."))
    for name, longest in PLAIN.items():
        _change(line, person, name, line.cells.get(name, ""), longest)
    if line.cells.get("languages"):
        spoken = profile.checked_languages(_parts(line.cells["languages"]))
        _note(line, person, "languages", spoken)
    if _language(line):
        _note(line, person, "language", _language(line))


def _change(line: Line, person: Person, name: str, value: str, longest: int) -> None:
    if len(value) > longest:
        line.problems.append(
            _("“%(value)s…” is too long: at most %(count)s characters.")
            % {"value": value[:20], "count": longest}
        )
    elif (value and value.lower() != str(getattr(person, name) or "").lower()) or (value and name in PLAIN):
        _note(line, person, name, value)


def _note(line: Line, person: Person, name: str, value: Any) -> None:
    if getattr(person, name) != value:
        setattr(person, name, value)
        line.changes.append(name)


def _language(line: Line) -> str:
    """fr or en as a cell says it; anything else is a problem of the line."""
    cell = fold(line.cells.get("language", ""))
    for code, words in (("fr", ("fr", "francais", "french")), ("en", ("en", "anglais", "english"))):
        if cell in words:
            return code
    problem = _("The network speaks French and English: write fr or en.")
    if cell and problem not in line.problems:
        line.problems.append(problem)
    return ""


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("|", ",").replace(";", ",").split(",") if part.strip()]


def _check_values(line: Line, fields: list[ProfileField]) -> None:
    for one in fields:
        cell = line.cells.get(value_name(one), "")
        try:
            line.cells[value_name(one)] = profile.checked_value(one, cell)
        except Refused as refusal:
            line.problems.append(f"{one.label_fr}: {refusal.sentence}")
    for kind in LISTS:
        if len(_parts(line.cells.get(kind, ""))) > profile.MOST_SUBJECTS:
            line.problems.append(
                _("At most %(count)s: keep those that matter most.") % {"count": profile.MOST_SUBJECTS}
            )


def _mark_doubles(lines: list[Line]) -> None:
    for name in ("email", "username"):
        seen: dict[str, int] = {}
        for line in lines:
            value = line.cells.get(name, "").lower()
            if value and value in seen:
                line.problems.append(
                    _("Line %(number)s has the same %(value)s.") % {"number": seen[value], "value": value}
                )
                line.outcome = "wrong"
            seen.setdefault(value, line.number)


def _find_managers(lines: list[Line], people: list[Person], known: _Known) -> None:
    """Managers by e-mail, user name or name, wherever in the file they stand."""
    for line, person in zip(lines, people, strict=True):
        typed = line.cells.get("manager", "")
        if not typed or line.outcome == "wrong":
            continue
        named = known.by_name.get(sort_key(typed), [])
        manager = known.by_email.get(typed.lower()) or known.by_username.get(typed.lower())
        if manager is None and len(named) == 1:
            manager = named[0]
        if manager is None:
            many = _("Several people are called %(name)s: give the e-mail address.")
            line.problems.append(
                (many if named else _("No manager answers to “%(name)s”.")) % {"name": typed}
            )
            line.outcome = "wrong"
        elif person.manager_id != manager.id:
            person.manager = manager
            line.changes.append("manager")
            line.outcome = "updated" if line.outcome == "same" else line.outcome
    _check_circles(lines, people)


def _check_circles(lines: list[Line], people: list[Person]) -> None:
    """Nobody is their own manager, however far up the file goes."""
    above = {person.id: person.manager_id for person in people}
    for line, person in zip(lines, people, strict=True):
        seen, at = {person.id}, above.get(person.id)
        while at is not None and at not in seen:
            seen.add(at)
            at = above.get(at)
        if at == person.id and line.outcome != "wrong":
            line.problems.append(_("That would make someone their own manager."))
            line.outcome = "wrong"


def _write(lines: list[Line], people: list[Person], fields: list[ProfileField], *, by: HasId) -> list[Person]:
    """New rows in bulk, managers once everybody is there, changed people one statement for each column set."""
    fresh = [person for line, person in zip(lines, people, strict=True) if line.outcome == "new"]
    changed = [person for line, person in zip(lines, people, strict=True) if line.outcome == "updated"]
    for person in [*fresh, *changed]:
        person.derive()
    managers = {person.id: person.manager for person in fresh}
    for person in fresh:
        person.manager = None
    Person.objects.bulk_create(fresh, batch_size=500)
    for person in fresh:
        person.manager = managers[person.id]
    Person.objects.bulk_update([one for one in fresh if one.manager_id], ["manager"], batch_size=500)
    columns = [
        "display_name",
        "email",
        "username",
        *PLAIN,
        "languages",
        "language",
        "manager",
        "sort_key",
        "words_key",
    ]
    Person.objects.bulk_update(changed, columns, batch_size=500)
    _write_lists(lines, people)
    _write_values(lines, people, fields)
    record(
        "people.imported",
        thing_kind="person",
        thing_id=by.id,
        by=by,
        is_silent=True,
        payload={"new": len(fresh), "updated": len(changed)},
    )
    return fresh


def _write_lists(lines: list[Line], people: list[Person]) -> None:
    """Subjects are added to those a person has: what they wrote of themselves isn't ours to take away."""
    rows = [
        Subject(person=person, kind=kind, label=label[:80], folded=fold(label)[:80])
        for line, person in zip(lines, people, strict=True)
        if line.outcome != "same" or _has_lists(line)
        for kind in LISTS
        for label in _parts(line.cells.get(kind, ""))
        if fold(label)
    ]
    Subject.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _has_lists(line: Line) -> bool:
    return any(line.cells.get(kind) for kind in LISTS)


def _write_values(lines: list[Line], people: list[Person], fields: Iterable[ProfileField]) -> None:
    rows = [
        ProfileValue(person=person, field=one, value=line.cells[value_name(one)])
        for line, person in zip(lines, people, strict=True)
        for one in fields
        if line.cells.get(value_name(one))
    ]
    ProfileValue.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["person", "field"],
        update_fields=["value"],
        batch_size=1000,
    )
