"""Passwords and access codes: checked, chosen, changed. Not here: sessions (accounts.sessions), links."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import app_passwords, letters, limits, sessions
from parvis.accounts.asking import find_account
from parvis.accounts.links import CODE_LETTERS
from parvis.kernel.errors import Refused
from parvis.people.models import Person, PersonState

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_LETTERS = 200
ACCESS_CODE_LETTERS = 12


def check_credentials(identifier: str, password: str, *, request: HttpRequest) -> Person:
    """The person of this e-mail or user name and password (or printed access code).

    Raises Refused with one sentence whether the account or the password is wrong, after the same work; TooMany
    when it was tried too often.
    """
    place = limits.place_of(request)
    limits.check("password", identifier, place)
    person = find_account(identifier)
    if not _matches(person, password[:MOST_LETTERS]):
        limits.count_even_if_refused(request, "password", identifier, place)
        raise Refused(_("These don't match. Check them, or ask for a code instead."), field="password")
    limits.forget("password", identifier)
    assert person is not None
    return person


def _matches(person: Person | None, password: str) -> bool:
    """Hashes as often for nobody as for somebody, so that the clock tells nothing."""
    if person is None or not person.has_usable_password():
        make_password(password)
        if _bare_code(password):
            make_password(password)
        return False
    if person.check_password(password):
        return True
    code = _bare_code(password)
    return bool(code) and person.check_password(code)


def _bare_code(text: str) -> str:
    """A printed code however it was typed (`abcd efgh-jkmn`), or nothing when it can't be one."""
    code = "".join(letter for letter in text.upper() if letter.isalnum())
    return code if len(code) == ACCESS_CODE_LETTERS and set(code) <= set(CODE_LETTERS) else ""


def check_password_of(person: Person, password: str, *, request: HttpRequest) -> None:
    """Asks for the password again before something grave. Raises Refused, TooMany."""
    who = f"again {person.key}"
    limits.check("password", who)
    if not _matches(person, password[:MOST_LETTERS]):
        limits.count_even_if_refused(request, "password", who)
        raise Refused(_("This isn't your current password."), field="current")
    limits.forget("password", who)


def set_password(person: Person, password: str, *, keep_session: str = "", tells: bool = True) -> None:
    """Gives the person a password, ends their other sessions and their programs' passwords.

    The caller has made sure it is them.

    Raises Refused for one that is short, common (20,000 known from breaches) or like the name.
    """
    if len(password) > MOST_LETTERS:
        raise Refused(_("Take a shorter one: at most 200 characters."), field="password")
    try:
        validate_password(password, person)
    except ValidationError as problem:
        raise Refused(" ".join(problem.messages), field="password")
    person.set_password(password)
    person.save(update_fields=["password"])
    sessions.end_sessions(person, but=keep_session)
    app_passwords.end_all(person)
    if tells:
        letters.send_password_changed(person)


def issue_access_code(person: Person, *, by: Person) -> str:
    """A code to print for someone without e-mail: with their user name, it signs them in until it is replaced.

    Who may: administrators. Ends the person's sessions. Raises Refused when there is no user name.
    """
    require("site.administer", by=by)
    if not person.username:
        raise Refused(_("%(name)s has no user name yet. Give one first.") % {"name": person.name})
    if person.state not in (PersonState.ACTIVE, PersonState.UNCLAIMED):
        raise Refused(_("This account is closed. Open it again first."))
    code = "".join(secrets.choice(CODE_LETTERS) for _position in range(ACCESS_CODE_LETTERS))
    person.set_password(code)
    person.state = PersonState.ACTIVE  # handed over in person: that is how they are known
    person.save(update_fields=["password", "state"])
    sessions.end_sessions(person)
    app_passwords.end_all(person)
    return "-".join(code[start : start + 4] for start in range(0, ACCESS_CODE_LETTERS, 4))
