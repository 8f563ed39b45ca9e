"""The wording of the mails about one's account, in the language of who gets them. Not here: sending (accounts.mail)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from parvis.accounts import mail
from parvis.accounts.models import Message
from parvis.config import config
from parvis.people.models import Person


def send_code(person: Person, code: str) -> Message:
    """The code that signs in."""
    with translation.override(person.language):
        network = mail.network_row().name
        return mail.send(
            person,
            _("%(code)s is your code for %(network)s") % {"code": code, "network": network},
            _letter(
                person,
                _("Here is the code you asked for to sign in to %(network)s:") % {"network": network},
                f"    {code}",
                _("It works for 15 minutes, in the window where you asked for it."),
                _("If you didn't ask for it, you can ignore this message: nothing happens without the code."),
            ),
        )


def send_link(person: Person, path: str) -> Message:
    """The one-time link that signs in."""
    with translation.override(person.language):
        network = mail.network_row().name
        return mail.send(
            person,
            _("Your link to sign in to %(network)s") % {"network": network},
            _letter(
                person,
                _("Here is the link you asked for to sign in to %(network)s. It works once, for 30 minutes:")
                % {"network": network},
                f"    {config.url}{path}",
                _("If you didn't ask for it, you can ignore this message."),
            ),
        )


def send_reset(person: Person, path: str) -> Message:
    """The link that lets choose a new password."""
    with translation.override(person.language):
        network = mail.network_row().name
        return mail.send(
            person,
            _("Choose a new password for %(network)s") % {"network": network},
            _letter(
                person,
                _("Follow this link to choose a new password. It works once, for an hour:"),
                f"    {config.url}{path}",
                _("If you didn't ask for it, you can ignore this message: your password stays as it is."),
            ),
        )


def send_invitation(person: Person, path: str, *, invited_by: Person, word: str = "") -> Message:
    """The invitation to the network."""
    with translation.override(person.language):
        network = mail.network_row().name
        return mail.send(
            person,
            _("%(name)s invites you to %(network)s") % {"name": invited_by.name, "network": network},
            _letter(
                person,
                _("%(name)s invites you to join %(network)s, your organisation's own network.")
                % {"name": invited_by.name, "network": network},
                *([f"« {word} »" if person.language == "fr" else f'"{word}"'] if word else []),
                _("This link opens your account. It works for 14 days:"),
                f"    {config.url}{path}",
            ),
        )


def send_new_address(person: Person, address: str, path: str) -> Message:
    """To the new address: the link that confirms it."""
    with translation.override(person.language):
        return mail.send(
            address,
            _("Confirm your new address"),
            _letter(
                person,
                _("Follow this link to use this address on %(network)s. It works once, for an hour:")
                % {"network": mail.network_row().name},
                f"    {config.url}{path}",
                _("If you didn't ask for it, you can ignore this message."),
            ),
        )


def send_address_changed(person: Person, old: str, new: str) -> Message:
    """To the old address: that it isn't used any more."""
    with translation.override(person.language):
        return mail.send(
            old,
            _("Your address has changed"),
            _letter(
                person,
                _("From now on, %(network)s writes to you at %(address)s.")
                % {"network": mail.network_row().name, "address": new},
                _("If it wasn't you, tell an administrator at once."),
            ),
        )


def send_password_changed(person: Person) -> Message | None:
    """A word to the person, in case it wasn't them; nothing to those without e-mail."""
    if not person.email:
        return None
    with translation.override(person.language):
        network = mail.network_row().name
        return mail.send(
            person,
            _("Your password has changed"),
            _letter(
                person,
                _("Your password for %(network)s has just been changed.") % {"network": network},
                _("If it wasn't you, ask for a new password now, or tell an administrator."),
            ),
        )


def _letter(person: Person, *paragraphs: str) -> str:
    """A plain letter: greeting, paragraphs, the network's name."""
    greeting = _("Hello %(name)s,") % {"name": person.name}
    return "\n\n".join([greeting, *paragraphs, mail.network_row().name]) + "\n"
