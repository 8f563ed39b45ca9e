"""An account's standing: invited, claimed, suspended, reopened, left. Who leaves keeps their texts.

Not here: belonging to communities (membership) and the profile (accounts.profile).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts import app_passwords, letters, links, sessions
from parvis.accounts.models import Message, SignInLink
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.people.models import Person, PersonState

INVITATION_MINUTES = 14 * 24 * 60


def checked_address(address: str, *, besides: Person | None = None) -> str:
    """The address, if it is one and nobody else's. Raises Refused (field email)."""
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("This doesn't look like an e-mail address."), field="email")
    taken = Person.objects.filter(Exact(Lower("email"), address.lower()))
    if taken.exclude(id=besides.id if besides else 0).exists():
        raise Refused(_("Another account has this address."), field="email")
    return address


def checked_username(username: str, *, besides: Person | None = None) -> str:
    """The user name, if it is one and nobody else's. Raises Refused (field username)."""
    username = username.strip()
    fits = 2 <= len(username) <= 60 and all(letter.isalnum() or letter in ".-_" for letter in username)
    if not fits:
        raise Refused(_("A user name has 2 to 60 letters, digits, dots or hyphens."), field="username")
    taken = Person.objects.filter(Exact(Lower("username"), username.lower()))
    if taken.exclude(id=besides.id if besides else 0).exists():
        raise Refused(_("Another account has this user name."), field="username")
    return username


def add_person(
    *, name: str, by: Person, email: str = "", username: str = "", language: str = "fr", **fields: Any
) -> Person:
    """Makes an account nobody has opened yet: by invitation it becomes active. Who may: administrators.

    Needs an e-mail or a user name. `fields` are job_title, department, site.
    """
    require("site.administer", by=by)
    name = " ".join(name.split())[:120]
    if not name:
        raise Refused(_("Give a name."), field="name")
    if not email.strip() and not username.strip():
        raise Refused(_("Give an e-mail address, or a user name for someone without one."), field="email")
    person = Person(
        display_name=name,
        state=PersonState.UNCLAIMED,
        language=language,
        email=checked_address(email) if email.strip() else None,
        username=checked_username(username) if username.strip() else None,
        **{
            key: str(value)[:120]
            for key, value in fields.items()
            if key in ("job_title", "department", "site")
        },
    )
    person.set_unusable_password()
    person.save()
    _record("person.added", person, by=by)
    return person


def invite(person: Person, *, by: Person, word: str = "") -> Message:
    """Writes to someone whose account isn't open yet; again when asked again. Who may: administrators.

    Older invitations keep working until they expire. Raises Refused without e-mail.
    """
    require("site.administer", by=by)
    if person.claimed_at is not None or person.state not in (PersonState.UNCLAIMED, PersonState.ACTIVE):
        raise Refused(_("This account is open already, or closed."))
    if not person.email:
        raise Refused(_("Without an e-mail address, print an access code instead."))
    path = links.issue_link(person, minutes=INVITATION_MINUTES, purpose=links.INVITATION)
    return letters.send_invitation(person, path, invited_by=by, word=word.strip()[:400])


def claim(person: Person) -> bool:
    """Opens an account when its person first comes in; False when they came before. The caller has made sure it is them.

    The caller then gives them what every active person has (membership.everyone.welcome_person).
    """
    if person.claimed_at is not None or person.state not in (PersonState.UNCLAIMED, PersonState.ACTIVE):
        return False
    person.state, person.claimed_at = PersonState.ACTIVE, clock.now()
    person.save(update_fields=["state", "claimed_at"])
    _record("person.claimed", person, by=person)
    return True


def suspend(person: Person, *, by: Person) -> None:
    """Closes an account for a while: sessions, links and programs' passwords end at once. Who may: administrators, not on themselves."""
    _close(person, PersonState.SUSPENDED, "person.suspended", by=by)


def mark_left(person: Person, *, by: Person) -> None:
    """Closes the account of someone who left the organisation; what they wrote stays, under their name."""
    _close(person, PersonState.LEFT, "person.left", by=by)


def _close(person: Person, state: PersonState, verb: str, *, by: Person) -> None:
    require("site.administer", by=by)
    if person.id == by.id:
        raise Refused(_("Ask another administrator: you can't close your own account."))
    person.state = state
    changed = ["state"]
    if state == PersonState.LEFT:
        person.is_administrator = person.is_sponsor = False
        changed += ["is_administrator", "is_sponsor"]
    person.save(update_fields=changed)
    sessions.end_sessions(person)
    app_passwords.end_all(person)
    SignInLink.objects.filter(person=person, used_at=None).delete()
    _record(verb, person, by=by)


def reopen(person: Person, *, by: Person) -> None:
    """Opens a suspended or left account again, as it was. Who may: administrators."""
    require("site.administer", by=by)
    if person.state not in (PersonState.SUSPENDED, PersonState.LEFT):
        return
    person.state = PersonState.ACTIVE
    person.save(update_fields=["state"])
    _record("person.reopened", person, by=by)


def set_administrator(person: Person, is_administrator: bool, *, by: Person) -> None:
    """Makes someone an administrator, or no longer. The last one stays. Who may: administrators."""
    require("site.administer", by=by)
    others = Person.objects.active().filter(is_administrator=True).exclude(id=person.id)
    if not is_administrator and not others.exists():
        raise Refused(_("Name another administrator first."))
    person.is_administrator = is_administrator
    person.save(update_fields=["is_administrator"])
    _record("person.administrator_set", person, by=by, is_administrator=is_administrator)


def _record(verb: str, person: Person, *, by: Person, **payload: Any) -> None:
    """Administration is nobody's news: written down, told to no stream."""
    record(verb, thing_kind="person", thing_id=person.id, by=by, payload=payload, is_silent=True)
