"""Asking for a code, a link or a new password without telling anyone which accounts exist.

Not here: the secrets themselves (accounts.links) and the letters' wording (accounts.letters).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from parvis.accounts import letters, limits, links
from parvis.journal.jobs import enqueue
from parvis.people.models import Person, PersonState

if TYPE_CHECKING:
    from django.http import HttpRequest

RESET_MINUTES = 60


def ask(purpose: str, address: str, *, request: HttpRequest) -> str:
    """Hands the question to a job, whether or not the account exists: the answer and its time are the same.

    `purpose` is links.CODE, links.SIGN_IN or links.RESET. Returns the nonce that binds a code to this browser.
    Raises limits.TooMany.
    """
    place = limits.place_of(request)
    limits.check("ask", address, place)
    limits.count("ask", address, place)
    nonce = secrets.token_urlsafe(16)
    language = str(getattr(request, "LANGUAGE_CODE", "fr"))
    enqueue("accounts.answer", purpose=purpose, address=address.strip()[:320], language=language, nonce=nonce)
    return nonce


def answer(purpose: str, address: str, language: str, nonce: str) -> None:
    """Writes to the account of this address or user name, if there is one; run by a job."""
    person = find_account(address)
    if person is None and purpose != links.RESET:
        person = _find_unopened(address)
    if person is None:
        return
    if purpose == links.CODE:
        letters.send_code(person, links.issue_code(person, nonce=nonce))
    elif purpose == links.RESET:
        letters.send_reset(person, links.issue_link(person, minutes=RESET_MINUTES, purpose=links.RESET))
    else:
        letters.send_link(person, links.issue_link(person))


def find_account(identifier: str) -> Person | None:
    """The active account of an e-mail address or user name, without regard to case."""
    wanted = identifier.strip()
    if not wanted:
        return None
    # In the very words of the unique indexes, or they aren't used.
    named = Q(Exact(Lower("email"), wanted.lower())) | Q(Exact(Lower("username"), wanted.lower()))
    return Person.objects.filter(named, state=PersonState.ACTIVE).order_by("id").first()


def _find_unopened(address: str) -> Person | None:
    """Someone whose account was made for them: the message to their address proves that it is theirs."""
    rows = Person.objects.filter(Exact(Lower("email"), address.strip().lower()), state=PersonState.UNCLAIMED)
    return rows.first()
