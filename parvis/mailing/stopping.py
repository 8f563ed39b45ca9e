"""The signed word by which a letter can be stopped without signing in (RFC 8058). Not here: what is stopped (rhythms)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing

from parvis.config import config
from parvis.kernel.errors import NotFound
from parvis.mailing.rhythms import KINDS
from parvis.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

SALT = "parvis.mailing.stop"


def token_for(person: Person, kind: str) -> str:
    """A word that stops this kind of mail for this person, for as long as the network's key lives."""
    return signing.Signer(salt=SALT).sign_object([person.key, kind])


def read_token(token: str) -> tuple[Person, str]:
    """Whose mail a word stops, and which kind. Raises NotFound for any other word."""
    try:
        key, kind = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound from None
    from parvis.kernel.ids import decode

    person = Person.objects.filter(id=decode(key)).first()
    if person is None or kind not in KINDS:
        raise NotFound
    return person, kind


def address_for(person: Person, kind: str) -> str:
    """Where the kind is stopped: a page for people, one POST for mail programs."""
    return f"{config.url}/mail/stop/{token_for(person, kind)}/"


def headers_for(person: Person, kind: str) -> Mapping[str, str]:
    """The two headers by which mail programs show a button that stops this mail."""
    return {
        "List-Unsubscribe": f"<{address_for(person, kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
