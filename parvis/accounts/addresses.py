"""Changing one's e-mail: asked from the settings, done by a link sent to the new address.

Not here: the mails' wording (accounts.letters) and asking for the password again (accounts.passwords).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parvis.accounts import letters, limits, links
from parvis.accounts.standing import checked_address
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

MINUTES = 60


def ask_for_change(address: str, *, by: Person) -> None:
    """Sends a link to the new address; until it is followed the old one stays.

    Someone else's address gets the same answer, and no letter: who has an account isn't told here either.
    """
    limits.check("ask", f"email {by.key}")
    limits.count("ask", f"email {by.key}")
    try:
        address = checked_address(address, besides=by)
    except Refused:
        if "@" in address.strip()[1:-1]:
            return
        raise
    if address.lower() == (by.email or "").lower():
        raise Refused(_("This is your address already."), field="email")
    path = links.issue_link(by, minutes=MINUTES, purpose=links.EMAIL, address=address)
    letters.send_new_address(by, address, path)


def confirm(token: str) -> Person:
    """Uses the link and changes the address; the old one is told. Raises Refused."""
    link = links.use_link(token, links.EMAIL)
    person, old = link.person, link.person.email
    checked_address(link.address, besides=person)
    person.email = link.address
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError:
        raise Refused(_("Another account has this address."), field="email")
    if old:
        letters.send_address_changed(person, old, link.address)
    return person
