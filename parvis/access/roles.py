"""What a person is with regard to a thing: the roles by which the table judges.

Not here: which role may do what (access.table) and the reading of lists (each room's `visible_to`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Q

from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.people.models import Person
from parvis.spaces.models import AccessType, Audience, MemberRole, Membership, Space, SpaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable


# Asked by nearly every write.
PLACE = "SELECT role, host_until_on FROM spaces_membership WHERE person_id = %s AND space_id = %s"


class Role(StrEnum):
    """The first six are facts; the last five are derived from the space's own settings."""

    VISITOR = "visitor"  # no session
    PERSON = "person"  # signed in, account active
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    HOST = "host"
    AUTHOR = "author"
    SEER = "seer"  # may know that the space exists
    READER = "reader"  # may read this thing
    POSTER = "poster"  # may start something in the space
    REPLIER = "replier"  # may answer in the space


class Thing(Protocol):
    """A contribution, as far as access is concerned: a place, an author, a state."""

    id: int
    space: Space
    author_id: int
    state: str


@dataclass(frozen=True)
class Place:
    """Where a person stands in a space, when the query that found a thing has already told it."""

    is_member: bool
    role: str | None = None
    host_until: date | None = None
    is_named_reader: bool = False


PUBLISHED, HIDDEN = "published", "hidden"
SHOWN_TO_NAMED = ("draft", "circle")


def roles(
    person: Person | None, thing: Space | Thing | None = None, *, place: Place | None = None
) -> frozenset[Role]:
    """All roles of a person at a thing (the site itself when None).

    One query, two for someone else's draft; none when `place` says where the person stands.
    """
    if person is None or not person.is_active:
        return frozenset({Role.VISITOR})
    site = {Role.PERSON} | ({Role.ADMINISTRATOR} if person.is_administrator else set())
    if thing is None:
        return frozenset(site)
    if isinstance(thing, Space):
        return frozenset(site | _roles_in(person, thing, place))
    is_named = place.is_named_reader if place else None
    return frozenset(site | _roles_at(person, thing, _roles_in(person, thing.space, place), is_named))


def _place_in(person: Person, space: Space) -> Place:
    rows = read(PLACE, [person.id, space.id])
    return Place(True, rows[0].role, rows[0].host_until_on) if rows else Place(False)


def _roles_in(person: Person, space: Space, place: Place | None = None) -> set[Role]:
    place = place or _place_in(person, space)
    found: set[Role] = set()
    if place.is_member:
        found |= {Role.MEMBER, Role.SEER, Role.READER}
        if place.role == MemberRole.HOST and (place.host_until is None or place.host_until >= clock.today()):
            found.add(Role.HOST)
    elif space.kind != SpaceKind.EXCHANGE and space.access != AccessType.SECRET:
        found.add(Role.SEER)
        if space.audience == Audience.EVERYBODY:
            found.add(Role.READER)
    is_exchange = space.kind == SpaceKind.EXCHANGE
    if not is_exchange and (Role.HOST in found or (Role.MEMBER in found and space.posting == "members")):
        found.add(Role.POSTER)
    if Role.MEMBER in found or (Role.READER in found and space.is_personal):
        found.add(Role.REPLIER)
    return found


def _roles_at(person: Person, thing: Thing, here: set[Role], is_named: bool | None) -> set[Role]:
    """Narrows the roles in the space to what holds for one contribution and its state."""
    is_author = thing.author_id == person.id and Role.READER in here
    if thing.state == PUBLISHED:
        return here | ({Role.AUTHOR} if is_author else set())
    if is_author:
        return here | {Role.AUTHOR}
    if thing.state == HIDDEN and Role.HOST in here:
        return here
    if thing.state in SHOWN_TO_NAMED and (_is_named_reader(person, thing) if is_named is None else is_named):
        return {Role.READER}
    return set()


def _is_named_reader(person: Person, thing: Any) -> bool:
    return bool(thing.readers.filter(person_id=person.id).exists())


def hosts_of(spaces: Iterable[int]) -> dict[int, list[Person]]:
    """Hosts with a running mandate, by space id, in one query."""
    running = Q(host_until_on__isnull=True) | Q(host_until_on__gte=clock.today())
    rows = (
        Membership.objects.filter(
            running, space_id__in=list(spaces), role=MemberRole.HOST, person__state="active"
        )
        .select_related("person")
        .order_by("joined_at", "id")
    )
    found: dict[int, list[Person]] = {}
    for row in rows:
        found.setdefault(row.space_id, []).append(row.person)
    return found
