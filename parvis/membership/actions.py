"""Belonging to a community: create, join, leave, mute or follow, add, remove, name hosts.

Not here: requests, invitations, groups, charters, archiving (their own modules beside this one).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.roles import Role, roles
from parvis.access.table import require
from parvis.kernel import clock
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.membership import belonging, charters
from parvis.membership.everyone import (
    ensure_everyone,
    ensure_personal_space,
    person_changed,
    set_posting,
    welcome_person,
)
from parvis.membership.facts import record_in
from parvis.membership.founding import found
from parvis.people.models import Group, Person, PersonState
from parvis.spaces.models import AccessType, Level, MemberRole, Membership, Space, SpaceKind, SpaceTool

if TYPE_CHECKING:
    from parvis.kernel.db import System
    from parvis.membership.templates import Template

__all__ = [
    "add_member",
    "admit",
    "create_community",
    "end_mandate",
    "ensure_everyone",
    "ensure_personal_space",
    "join",
    "leave",
    "may_create",
    "person_changed",
    "remove_member",
    "set_host",
    "set_level",
    "set_posting",
    "unfollow",
    "welcome_person",
]


def create_community(
    *,
    name: str,
    purpose: str,
    theme: str,
    access: str,
    by: Person,
    tools: Iterable[str] | Mapping[str, str] = (),
    category: str = "",
    tags: Iterable[str] = (),
    charter: str = "",
    welcome: str = "",
    template: Template | None = None,
    cover: str = "",
    hue: int = 0,
    who_creates: str = "everyone",
    is_silent: bool = False,
) -> Space:
    """Opens a community whose first host is its creator.

    `tools` are slugs, or slugs with what each one replaces or links to. `template` fills what is left empty;
    its texts are written by toolkit.planting. `cover` is the hash of a stored picture. Who may: everybody, or
    administrators when `who_creates` says "admins". Raises NotAllowed, Refused (with the field at fault).
    """
    require("site.use", by=by)
    if not may_create(who_creates, by=by):
        raise NotAllowed(_("Communities are opened by the network team here. Send them your idea instead."))
    given = {"purpose": purpose, "charter": charter, "welcome": welcome}
    if template is not None:
        given = {key: value or template.text(key, by.language) for key, value in given.items()}
        tools = tools or template.tools
    space = found(
        name=name,
        purpose=given["purpose"],
        theme=theme,
        access=access,
        category=category,
        tags=tags,
        cover=cover,
        hue=hue,
        welcome=given["welcome"],
        by=by,
    )
    replaces = tools if isinstance(tools, Mapping) else dict.fromkeys(tools, "")
    SpaceTool.objects.bulk_create(
        SpaceTool(space=space, slug=slug, replaces=" ".join(text.split())[:240])
        for slug, text in replaces.items()
    )
    version = charters.write_first(space, given["charter"], by=by)
    belonging.enter(space, [by], role=MemberRole.HOST, charter_version=version)
    record_in(space, "community.created", by=by, is_silent=is_silent)
    return space


def may_create(who_creates: str, *, by: Person) -> bool:
    """Whether a person may open a community by themselves, as the network's setting says."""
    return who_creates != "admins" or by.is_administrator


def join(space: Space, *, by: Person, charter_version: int = 0) -> None:
    """Enters an open community; a second time changes nothing.

    Who may: everybody who sees it. Raises Refused when one has to ask first, or when its charter isn't
    accepted (`charter_version` is the one that was read).
    """
    require("space.join", space, by=by)
    if space.kind != SpaceKind.COMMUNITY:
        raise Refused(_("Someone's own space isn't joined: follow it instead."))
    if Membership.objects.filter(space=space, person=by).exists():
        return
    if space.access != AccessType.OPEN:
        raise Refused(_("People are let in by its hosts: ask to join, with a word about you if you like."))
    admit(space, by, charter_version=charters.checked(space, charter_version))
    record_in(space, "member.joined", by=by, person=by)


def admit(space: Space, person: Person, *, charter_version: int = 0, via_group: Group | None = None) -> bool:
    """Makes one person a member under the space's lock; False when they were one. The caller has asked access."""
    if not person.is_active and person.state != PersonState.UNCLAIMED:
        raise Refused(_("This person no longer takes part in the network."))
    locked = belonging.lock(space)
    fresh = belonging.enter(locked, [person], charter_version=charter_version, via_group=via_group)
    space.member_count = locked.member_count
    return bool(fresh)


def leave(space: Space, *, by: Person, successor: Person | None = None) -> None:
    """Ends one's own membership, and takes the community out of one's stream.

    Raises Refused for the community of everyone, for a membership that a group gives, and for the last host
    who names no `successor` among the members.
    """
    require("space.leave", space, by=by)
    locked = belonging.lock(space)
    _check_may_part(locked, by)
    if not locked.is_archived:
        _hand_over(locked, by, successor)
    belonging.part(locked, [by.id])
    space.member_count = locked.member_count
    record_in(space, "member.left", by=by, person=by)


def _check_may_part(space: Space, person: Person) -> None:
    if space.is_everyone:
        raise Refused(_("Everybody belongs here. You can mute it: it then leaves your stream."))
    if space.kind != SpaceKind.COMMUNITY:
        raise Refused(_("Nobody can be taken out of their own space."))
    row = Membership.objects.filter(space=space, person=person).select_related("via_group").first()
    if row is None:
        raise NotFound
    if row.via_group is not None:
        raise Refused(
            _("The group “%(group)s” gives this membership. Muting takes it out of the stream.")
            % {"group": row.via_group.name}
        )


def _hand_over(space: Space, leaving: Person, successor: Person | None) -> None:
    """Before a host goes: someone must still hold the mandate."""
    hosts = [row.person_id for row in belonging.running_hosts(space)]
    if leaving.id not in hosts:
        return
    if successor is not None:
        rows = Membership.objects.filter(space=space, person=successor, person__state=PersonState.ACTIVE)
        if successor.id == leaving.id or not rows.update(role=MemberRole.HOST, host_until_on=None):
            raise Refused(_("Choose one of the members."), field="successor")
        record_in(space, "member.host_named", by=leaving, person=successor, tell=[successor], reason="host")
    elif hosts == [leaving.id]:
        raise Refused(
            _("You're its last host. Name another one first, or archive the community."), field="successor"
        )


def set_level(space: Space, level: int, *, by: Person) -> None:
    """Says how much of a space one wants in one's stream: muted, normal or following.

    Who may: its members, and for an open space or someone's own one whoever reads it.
    """
    require("space.read", space, by=by)
    if level not in Level.values:
        raise Refused(_("Choose muted, normal or following."))
    belonging.subscribe(space, by, level)


def unfollow(space: Space, *, by: Person) -> None:
    """Takes a space out of one's stream without muting it for good; members mute instead."""
    require("space.read", space, by=by)
    if Membership.objects.filter(space=space, person=by).exists():
        raise Refused(_("You belong to it: mute it, or leave it."))
    belonging.unsubscribe(space, by)


def add_member(
    space: Space,
    person: Person,
    *,
    by: Person | System,
    via_group: Group | None = None,
    is_silent: bool = False,
) -> bool:
    """Makes someone a member; False when they were one already. Who may: a host, or the system."""
    if isinstance(by, Person):
        require("space.host", space, by=by)
        _require_listed(person)
    if not admit(space, person, via_group=via_group):
        return False
    record_in(space, "member.added", by=by, person=person, tell=[person], reason="added", is_silent=is_silent)
    return True


def _require_listed(person: Person) -> None:
    if not person.is_active:
        raise Refused(_("This person doesn't take part in the network."))


def remove_member(space: Space, person: Person, *, by: Person | System) -> None:
    """Ends someone's membership. Who may: a host, for others than hosts (end their mandate first); the system."""
    if isinstance(by, Person):
        require("space.host", space, by=by)
    locked = belonging.lock(space)
    if isinstance(by, Person):
        _check_may_part(locked, person)
        if Role.HOST in roles(person, locked):
            raise Refused(_("End the mandate first: hosts aren't removed by other hosts in one step."))
    if belonging.part(locked, [person.id]):
        space.member_count = locked.member_count
        record_in(space, "member.removed", by=by, person=person)


def set_host(space: Space, person: Person, *, by: Person | System, until: date | None = None) -> None:
    """Gives a member the mandate of host, without end or until a day (a temporary co-host).

    Who may: a host; an administrator only while nobody holds the mandate; the system.
    """
    locked = _require_may_name(space, by)
    if until is not None and until < clock.today():
        raise Refused(_("Choose a day to come."), field="until")
    row = Membership.objects.filter(space=locked, person=person).first()
    if row is None:
        raise Refused(_("Only a member can become a host: invite this person first."), field="person")
    others = [held for held in belonging.running_hosts(locked) if held.person_id != person.id]
    if until is not None and all(held.host_until_on for held in others):
        raise Refused(_("One host at least holds the mandate without an end."), field="until")
    row.role, row.host_until_on = MemberRole.HOST, until
    row.save(update_fields=["role", "host_until_on"])
    record_in(
        space,
        "member.host_named",
        by=by,
        person=person,
        tell=[person],
        reason="host",
        until=until.isoformat() if until else None,
    )


def end_mandate(space: Space, person: Person, *, by: Person) -> None:
    """Makes a host a member again. Who may: a host; the last one first names another."""
    require("space.host", space, by=by)
    locked = belonging.lock(space)
    others = [held for held in belonging.running_hosts(locked) if held.person_id != person.id]
    if not any(held.host_until_on is None for held in others):
        raise Refused(_("One host at least holds the mandate without an end. Name another one first."))
    rows = Membership.objects.filter(space=locked, person=person, role=MemberRole.HOST)
    if rows.update(role=MemberRole.MEMBER, host_until_on=None):
        record_in(space, "member.host_ended", by=by, person=person)


def _require_may_name(space: Space, by: Person | System) -> Space:
    locked = belonging.lock(space)
    if not isinstance(by, Person):
        return locked
    if by.is_administrator and by.is_active and not belonging.running_hosts(locked):
        return locked
    require("space.host", space, by=by)
    return locked
