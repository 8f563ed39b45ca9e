"""What goes back to who answered by mail: why it wasn't published and what to do, with all that they wrote.

Only ever to the address we know of a person, never naming a thing they can't read, marked so that no machine answers.
Not here: when something goes back (mailing.receiving). In the active language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts import mail
from parvis.config import config
from parvis.kernel.ids import encode, new_id

if TYPE_CHECKING:
    from parvis.accounts.models import Message
    from parvis.contributions.models import Reply
    from parvis.people.models import Person

_ID = re.compile(r"<[!-;=?-~]{1,250}>")


def expired() -> str:
    return _("The mail you answered is more than 30 days old: it takes no answer any more.")


def void() -> str:
    return _("The address you wrote to isn't one we gave you, or doesn't hold any more.")


def gone() -> str:
    return _("What you answered isn't there any more, or isn't open to you.")


def stopped() -> str:
    return _("You have stopped these mails: since then, they take no answer.")


def empty() -> str:
    return _("We found no words of yours beside the mail you answered.")


def give_back(person: Person, reason: str, text: str, answered: str) -> Message:
    """Sends everything back, with the reason."""
    network = mail.network_row().name
    return _send(
        person,
        _("Your answer by mail wasn't published"),
        answered,
        reason,
        _("Open %(network)s and answer there: %(address)s")
        % {"network": network, "address": f"{config.url}/"},
        *([_("Here is what you wrote, so that nothing is lost:"), text] if text else []),
    )


def tell_of_files(person: Person, row: Reply, files: int, answered: str) -> Message:
    """That the words are published and the files aren't."""
    sentence = ngettext(
        "Your reply is published, but the file that came with it isn't: files aren't taken by mail.",
        "Your reply is published, but the %(count)s files that came with it aren't: files aren't taken by mail.",
        files,
    )
    address = f"{config.url}{row.contribution.url}?reply={row.key}#r-{row.key}"
    return _send(
        person,
        _("Your reply is published, without its files"),
        answered,
        sentence % {"count": files},
        _("To add them, open your reply and edit it: %(address)s") % {"address": address},
    )


def tell_of_stranger(person: Person) -> Message:
    """That somebody wrote to this person's address for answers from another address than theirs."""
    return _send(
        person,
        _("An answer came from another address than yours"),
        "",
        _(
            "Somebody answered, from another address, a mail that we had written to you. Nothing was published."
        ),
        _("If it was you, write again from this address: it is the only one we know of you."),
        _("If it wasn't, you need do nothing: whoever a mail is forwarded to can't answer it for you."),
    )


def _send(person: Person, subject: str, answered: str, *paragraphs: str) -> Message:
    network = mail.network_row().name
    greeting = _("Hello %(name)s,") % {"name": person.name}
    text = "\n\n".join([greeting, *paragraphs, network]) + "\n"
    host = urlparse(config.url).hostname or "localhost"
    headers = {
        "Message-ID": f"<answer.{encode(new_id())}@{host}>",
        "Auto-Submitted": "auto-replied",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
    }
    if _ID.fullmatch(answered):
        headers |= {"In-Reply-To": answered, "References": answered}
    return mail.send(person, subject, text, is_private=True, headers=headers)
