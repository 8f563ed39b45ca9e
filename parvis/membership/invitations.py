"""Inviting into a community: people by name, an e-mail address, or whoever holds a link.

Not here: sending the mail (the caller does, with the token it is given once) and requests.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.membership import charters
from parvis.membership.actions import admit
from parvis.membership.facts import record_in
from parvis.membership.models import Invitation, JoinRequest
from parvis.people.models import Person
from parvis.spaces.models import Membership, Space, SpaceKind

LASTS = timedelta(days=30)
TOKEN_BYTES = 24  # 192 bits
WORD = 400


class Gone(Refused):
    """The invitation existed and can't be used any more; doors answer 410."""


def hash_token(token: str) -> str:
    """What is kept of a token: nobody who reads the table can use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _require_may_invite(space: Space, by: Person) -> None:
    require("space.host", space, by=by)
    if space.is_everyone or space.kind != SpaceKind.COMMUNITY:
        raise Refused(_("Everybody belongs here already."))


def invite_person(space: Space, person: Person, *, by: Person, word: str = "") -> Invitation | None:
    """Invites a colleague; None when they belong already. Inviting again renews. Who may: a host."""
    _require_may_invite(space, by)
    if not person.is_active:
        raise Refused(_("This person doesn't take part in the network."))
    if Membership.objects.filter(space=space, person=person).exists():
        return None
    row, created = Invitation.objects.update_or_create(
        space=space,
        person=person,
        accepted_at=None,
        revoked_at=None,
        defaults={"invited_by": by, "word": word.strip()[:WORD], "expires_at": clock.now() + LASTS},
    )
    if created:
        record_in(
            space, "member.invited", by=by, person=person, tell=[person], reason="invited", invitation=row.id
        )
    return row


def invite_email(space: Space, email: str, *, by: Person, word: str = "") -> tuple[Invitation | None, str]:
    """Invites an address: the invitation and the token to mail, once. A known colleague is invited by name.

    Who may: a host. Raises Refused for what is no address.
    """
    _require_may_invite(space, by)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("“%(address)s” isn't an e-mail address.") % {"address": address[:80]}, field="people")
    known = Person.objects.active().filter(email__iexact=address).first()
    if known is not None:
        return invite_person(space, known, by=by, word=word), ""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    space.invitations.filter(email=address, accepted_at=None, revoked_at=None).update(revoked_at=clock.now())
    row = Invitation.objects.create(
        space=space,
        email=address,
        token_hash=hash_token(token),
        word=word.strip()[:WORD],
        invited_by=by,
        expires_at=clock.now() + LASTS,
    )
    record_in(space, "member.invited", by=by, invitation=row.id)
    return row, token


def make_link(space: Space, *, by: Person, lasts: timedelta = LASTS) -> tuple[Invitation, str]:
    """A link that lets in whoever has it and an account here, until it expires or is revoked. Who may: a host.

    The token is returned once; only its hash is kept.
    """
    _require_may_invite(space, by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Invitation.objects.create(
        space=space,
        token_hash=hash_token(token),
        invited_by=by,
        expires_at=clock.now() + min(lasts, LASTS * 3),
    )
    record_in(space, "member.link_made", by=by, invitation=row.id)
    return row, token


def revoke(row: Invitation, *, by: Person) -> None:
    """Makes an invitation useless from now on. Who may: a host of its community."""
    require("space.host", row.space, by=by)
    Invitation.objects.filter(id=row.id, accepted_at=None, revoked_at=None).update(revoked_at=clock.now())


def find_by_token(token: str, *, by: Person) -> Invitation:
    """The invitation behind a token, for the person it is meant for. Raises NotFound for anybody else, Gone."""
    row = (
        Invitation.objects.select_related("space", "invited_by").filter(token_hash=hash_token(token)).first()
    )
    return _checked(row, by) if token else _nothing()


def find_for_person(invitation_id: int, *, by: Person) -> Invitation:
    """An invitation sent to this very person. Raises NotFound, Gone."""
    row = Invitation.objects.select_related("space", "invited_by").filter(id=invitation_id, person=by).first()
    return _checked(row, by)


def _nothing() -> Invitation:
    raise NotFound


def _checked(row: Invitation | None, by: Person) -> Invitation:
    if row is None or (row.person_id is not None and row.person_id != by.id):
        raise NotFound
    if row.email and row.email != (by.email or "").lower():
        raise NotFound
    if row.accepted_at is not None:
        raise Gone(_("This invitation has been used already."))
    if row.revoked_at is not None or row.expires_at <= clock.now():
        raise Gone(_("This invitation isn't valid any more. Ask for a new one."))
    return row


def is_link(row: Invitation) -> bool:
    """Whether whoever holds it may use it, more than once."""
    return row.person_id is None and not row.email


def accept(row: Invitation, *, by: Person, charter_version: int = 0) -> Space:
    """Comes in by an invitation, exactly once however many tabs try at once. Returns the community.

    Raises NotFound when it is somebody else's, Gone when used, revoked or expired, Refused for the charter.
    """
    require("site.use", by=by)
    locked = (
        Invitation.objects.select_for_update(of=("self",)).select_related("space").filter(id=row.id).first()
    )
    found = _checked(locked, by)
    space = found.space
    if space.is_archived:
        raise Gone(_("This community has been archived meanwhile."))
    if Membership.objects.filter(space=space, person=by).exists():
        _use(found)
        return space
    version = charters.checked(space, charter_version)
    admit(space, by, charter_version=version)
    _use(found)
    JoinRequest.objects.filter(space=space, person=by, state="open").update(
        state="accepted", answered_at=clock.now()
    )
    record_in(space, "member.joined", by=by, person=by, invitation=found.id)
    return space


def _use(row: Invitation) -> None:
    if not is_link(row):
        row.accepted_at = clock.now()
        row.save(update_fields=["accepted_at"])


def decline(row: Invitation, *, by: Person) -> None:
    """Says no to an invitation of one's own; nobody is told."""
    found = find_for_person(row.id, by=by)
    found.revoked_at = clock.now()
    found.save(update_fields=["revoked_at"])


def open_invitations(person: Person) -> list[Invitation]:
    """A person's invitations that still wait for an answer, newest first."""
    rows = Invitation.objects.filter(person=person, **OPEN).filter(expires_at__gt=clock.now())
    return list(
        rows.filter(space__archived_at=None).select_related("space", "invited_by").order_by("-created_at")
    )


OPEN: dict[str, Any] = {"accepted_at": None, "revoked_at": None}


def invitations_of(space: Space) -> list[Invitation]:
    """What hosts see: invitations of their community that still wait, newest first."""
    rows = space.invitations.filter(Q(expires_at__gt=clock.now()), **OPEN)
    return list(rows.select_related("person", "invited_by").order_by("-created_at")[:200])
