"""From typed lines or a CSV file to invitations, and the mail that carries one outside. Not here: the pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from parvis.accounts import mail
from parvis.config import config
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode
from parvis.kernel.words import sort_key
from parvis.membership import invitations
from parvis.people.models import Person
from parvis.spaces.models import AccessType

if TYPE_CHECKING:
    from parvis.spaces.models import Space

MOST_LINES, MOST_BYTES, MOST_FOUND = 500, 1_000_000, 8


def find_guests(words: str, space: Space | None = None) -> list[Person]:
    """Colleagues of this name who don't belong to the space yet, a few, by name."""
    start = sort_key(words[:80])
    if not start:
        return []
    rows = Person.objects.listed().filter(Q(sort_key__startswith=start) | Q(sort_key__contains=f" {start}"))
    if space is not None:
        rows = rows.exclude(memberships__space=space)
    return list(rows.by_name()[:MOST_FOUND])


def chosen_people(request: HttpRequest) -> list[Person]:
    """The colleagues whose names were picked in the form, as they were picked."""
    keys = decode_keys(request.POST.getlist("person"))
    found = Person.objects.listed().in_bulk(keys)
    return [found[key] for key in keys if key in found]


def decode_keys(texts: Iterable[str]) -> list[int]:
    """Keys of people without doubles; what isn't one is left out."""
    found: dict[int, None] = {}
    for text in list(texts)[:MOST_LINES]:
        try:
            found[decode(text)] = None
        except ValueError:
            continue
    return list(found)


def lines_of(typed: str, upload: Any = None, *, may_be_empty: bool = False) -> list[str]:
    """Names and addresses, one each, without doubles. Raises Refused for a file that isn't such a list."""
    lines = [line.strip(" \t,;") for line in typed.replace("\x00", "").replace(";", "\n").splitlines()]
    if upload is not None:
        lines += _from_csv(upload)
    found = list(dict.fromkeys(line for line in lines if line))
    if not found and not may_be_empty:
        raise Refused(_("Write at least one name or address."), field="people")
    if len(found) > MOST_LINES:
        raise Refused(_("That's more than 500 people: use a group, or several lists."), field="people")
    return found


def _from_csv(upload: Any) -> list[str]:
    data = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refused(_("This file is too large for a list of people."), field="csv")
    try:
        text = data.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace").replace("\x00", "")
    try:
        rows = list(
            csv.reader(io.StringIO(text), delimiter=";" if text.count(";") > text.count(",") else ",")
        )
    except csv.Error:
        raise Refused(_("We can't read this file: save it as CSV."), field="csv")
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    column = next(
        (head.index(name) for name in ("email", "e-mail", "courriel", "mail", "name", "nom") if name in head),
        None,
    )
    if column is None:
        raise Refused(_("This file needs a first line with a column called “email” or “name”."), field="csv")
    return [row[column].strip() for row in rows[1:] if len(row) > column and row[column].strip()]


def invite_all(
    space: Space, people: Iterable[Person], lines: list[str], *, by: Person, word: str, network: str
) -> dict[str, Any]:
    """Invites each person and line; what can't be is kept with its reason, and the others are invited all the same."""
    invited, already, problems = 0, 0, []
    for one in [*people, *lines]:
        try:
            row, token = _invite_one(space, one, by=by, word=word)
        except Refused as refusal:
            problems.append((str(one), refusal.sentence))
            continue
        invited, already = (invited + 1, already) if row else (invited, already + 1)
        if token:
            _send(space, str(one), token, by=by, word=word, network=network)
    return {"invited": invited, "already": already, "problems": problems}


def _invite_one(space: Space, line: Person | str, *, by: Person, word: str) -> tuple[Any, str]:
    if isinstance(line, Person):
        return invitations.invite_person(space, line, by=by, word=word), ""
    if "@" in line:
        return invitations.invite_email(space, line, by=by, word=word)
    people = list(Person.objects.listed().filter(sort_key=sort_key(line))[:2])
    if not people:
        raise Refused(_("Nobody here has this name."))
    if len(people) > 1:
        raise Refused(_("Several people have this name: use the e-mail address."))
    return invitations.invite_person(space, people[0], by=by, word=word), ""


def _send(space: Space, address: str, token: str, *, by: Person, word: str, network: str) -> None:
    # The name and the words of a secret community stand behind the link: a mail may be kept where others read it.
    is_secret = space.access == AccessType.SECRET
    said = {"name": by.name, "space": space.name, "network": network}
    first = (
        _("%(name)s invites you to a community on %(network)s.") % said
        if is_secret
        else _("%(name)s invites you to the community %(space)s on %(network)s.") % said
    )
    lines = [
        first,
        *([word] if word and not is_secret else []),
        _("This link is for you alone and works for 30 days:"),
        f"    {config.url}/communities/invited/{token}/",
    ]
    subject = _("%(name)s invites you to %(space)s") % said if not is_secret else first
    mail.send(address.strip().lower(), subject, "\n\n".join(lines))
