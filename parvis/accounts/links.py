"""One-time links and codes: made, looked up, used once. Only a keyed hash of the secret is kept.

Not here: sessions (accounts.sessions) and the pages behind the links (web).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from parvis.accounts.models import SignInLink
from parvis.kernel import clock
from parvis.kernel.errors import Refused
from parvis.people.models import PersonState

if TYPE_CHECKING:
    from parvis.people.models import Person

SIGN_IN, INVITATION, RESET, EMAIL, CODE = "sign_in", "invitation", "reset", "email", "code"
ADDRESSES = {
    SIGN_IN: "/accounts/link/{}/",
    INVITATION: "/accounts/invitation/{}/",
    RESET: "/accounts/password/reset/{}/",
    EMAIL: "/accounts/email/{}/",
}
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that looks like another
CODE_LENGTH = 8


def issue_link(person: Person, *, minutes: int = 30, purpose: str = SIGN_IN, address: str = "") -> str:
    """The path of a link that works once, for `minutes`; `address` is the new e-mail of an e-mail change.

    A newer reset or e-mail link makes older ones of its purpose worthless. The caller asks access.
    """
    token = secrets.token_urlsafe(32)
    if purpose in (RESET, EMAIL):
        SignInLink.objects.filter(person=person, purpose=purpose, used_at=None).delete()
    _keep(person, token, minutes, purpose, address)
    return ADDRESSES[purpose].format(token)


def issue_code(person: Person, *, nonce: str, minutes: int = 15) -> str:
    """A short code to type, good only in the browser that holds `nonce`. Older codes stop working."""
    code = "".join(secrets.choice(CODE_LETTERS) for _position in range(CODE_LENGTH))
    SignInLink.objects.filter(person=person, purpose=CODE, used_at=None).delete()
    _keep(person, f"{nonce}:{code}", minutes, CODE, "")
    return f"{code[:4]}-{code[4:]}"


def _keep(person: Person, secret: str, minutes: int, purpose: str, address: str) -> None:
    SignInLink.objects.create(
        person=person,
        token_hash=_hash(secret),
        purpose=purpose,
        address=address,
        expires_at=clock.now() + timedelta(minutes=minutes),
    )


def find_link(token: str, purpose: str = SIGN_IN) -> SignInLink:
    """The link that still works, with its person. Looking doesn't use it: mail scanners may look.

    Raises Refused, with the same sentence for an unknown, used or expired link.
    """
    return _find(token, purpose, lock=False)


def use_link(token: str, purpose: str = SIGN_IN) -> SignInLink:
    """Uses the link up, once even when two people press at the same moment. Raises Refused."""
    link = _find(token, purpose, lock=True)
    link.used_at = clock.now()
    link.save(update_fields=["used_at"])
    return link


def use_code(code: str, *, nonce: str) -> Person:
    """The person whose code this is, in the browser that asked for it. Raises Refused."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    try:
        return use_link(f"{nonce}:{typed}", CODE).person
    except Refused:
        raise Refused(
            _("This code doesn't match, or is too old. Check it, or ask for a new one."), field="code"
        )


def _find(token: str, purpose: str, *, lock: bool) -> SignInLink:
    rows = SignInLink.objects.select_related("person")
    if lock:
        rows = rows.select_for_update(of=("self",))
    link = rows.filter(
        token_hash=_hash(token), purpose=purpose, used_at=None, expires_at__gt=clock.now()
    ).first()
    may_be_new = purpose in (
        INVITATION,
        SIGN_IN,
        CODE,
    )  # each proves the address, or comes from an administrator
    if link is None or not (
        link.person.is_active or (may_be_new and link.person.state == PersonState.UNCLAIMED)
    ):
        raise Refused(_("This link has been used already, or is too old. Ask for a new one."))
    return link


def _hash(secret: str) -> str:
    """Keyed with the site's secret, so that a copy of the table doesn't help to guess a short code."""
    return salted_hmac("parvis.accounts.links", secret, algorithm="sha256").hexdigest()
