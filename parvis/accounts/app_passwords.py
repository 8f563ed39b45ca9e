"""Passwords for programs (a file manager, a phone's calendar): made, shown once, checked at every request, taken back.

Their secrets are random and long, so a fast hash keeps them. Not here: what programs may do with them (parvis.dav).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.accounts.links import CODE_LETTERS
from parvis.accounts.models import AppPassword, AppScope
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST = 20  # of one person
LETTERS = 28  # of a secret: 28 of 30 letters are 137 bits
GROUP = 7


def make_app_password(name: str, scope: str, *, by: Person) -> tuple[AppPassword, str]:
    """A new password for one program, and its secret, told this once.

    Who may: everybody for themselves. `scope` is one of AppScope. Raises Refused with the field at fault.
    """
    require("site.use", by=by)
    name = " ".join(name.replace("\x00", "").split())[:60]
    if not name:
        raise Refused(_("Say which program it is for."), field="name")
    if scope not in AppScope.values:
        raise Refused(_("Choose what it opens."), field="scope")
    if AppPassword.objects.filter(person=by).count() >= MOST:
        raise Refused(_("You have twenty of them: take back one that you no longer use."), field="name")
    letters = "".join(secrets.choice(CODE_LETTERS) for _position in range(LETTERS))
    kept = AppPassword.objects.create(person=by, name=name, scope=scope, secret_hash=_hashed(letters))
    record("app_password.made", thing_kind="person", thing_id=by.id, by=by, is_silent=True)
    return kept, "-".join(letters[start : start + GROUP] for start in range(0, LETTERS, GROUP))


def take_back(key: int, *, by: Person) -> None:
    """Ends one of one's own: its program comes in no more. Raises NotFound."""
    gone, _by_model = AppPassword.objects.filter(id=key, person=by).delete()
    if not gone:
        raise NotFound
    record("app_password.ended", thing_kind="person", thing_id=by.id, by=by, is_silent=True)


def end_all(person: Person) -> None:
    """Ends all of a person's: with a new password, a suspension, a leaving. The caller asks access."""
    AppPassword.objects.filter(person=person).delete()


def app_passwords_of(person: Person) -> list[AppPassword]:
    """One's own, the newest first."""
    return list(AppPassword.objects.filter(person=person).order_by("-created_at"))


def find_by_secret(login: str, secret: str, scope: AppScope) -> Person | None:
    """Who comes in with this, or None: the secret must be theirs and open `scope`, their account be active.

    `login` is their e-mail or their user name. Notes the day, once a day.
    """
    letters = "".join(letter for letter in secret[:200].upper() if letter.isalnum())
    kept = AppPassword.objects.select_related("person").filter(secret_hash=_hashed(letters)).first()
    if kept is None or kept.scope not in (scope, AppScope.BOTH) or not kept.person.is_active:
        return None
    names = {name.lower() for name in (kept.person.email, kept.person.username) if name}
    if login.strip().lower() not in names:
        return None
    if kept.last_used_on != clock.today():
        AppPassword.objects.filter(id=kept.id).update(last_used_on=clock.today())
    return kept.person


def _hashed(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()
