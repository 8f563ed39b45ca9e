"""Groups of people, by a rule on directory fields or a list, and the memberships they give.

Not here: the pages where administrators make them (web).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.kernel.errors import Refused
from parvis.membership import belonging
from parvis.membership.facts import record_in
from parvis.membership.founding import one_line
from parvis.membership.models import GroupGrant
from parvis.people.models import Group, GroupMember, Person
from parvis.spaces.models import Membership, Space

if TYPE_CHECKING:
    from parvis.kernel.db import System


def save_group(
    *, name: str, by: Person, rule: dict[str, Any] | None = None, group: Group | None = None
) -> Group:
    """Makes a group, or changes its name and rule. Who may: administrators. Its people follow at once."""
    require("site.administer", by=by)
    name = one_line(name)[:120]
    if not name:
        raise Refused(_("Give the group a name."), field="name")
    if Group.objects.filter(name=name).exclude(id=group.id if group else 0).exists():
        raise Refused(_("Another group has this name."), field="name")
    found = group or Group()
    found.name, found.rule = name, _checked_rule(rule or {})
    found.save()
    sync_group(found)
    return found


def _checked_rule(rule: dict[str, Any]) -> dict[str, list[str]]:
    unknown = [name for name in rule if name not in Group.RULE_FIELDS]
    if unknown:
        raise Refused(_("A rule speaks of department, site, role or language only."), field="rule")
    values = {name: [one_line(str(value)) for value in given] for name, given in rule.items()}
    return {name: [value for value in given if value] for name, given in values.items() if any(given)}


def set_people(group: Group, people: Iterable[Person], *, by: Person | System) -> None:
    """Makes these the people of a group without a rule. Who may: administrators, or the system (imports)."""
    if isinstance(by, Person):
        require("site.administer", by=by)
    if group.rule:
        raise Refused(_("This group follows a rule: change the rule instead."))
    _make_members(group, {person.id for person in people})
    sync_grants(group)


def delete_group(group: Group, *, by: Person) -> None:
    """Removes a group; the memberships it gave end. Who may: administrators."""
    require("site.administer", by=by)
    spaces = [grant.space for grant in group.grants.select_related("space")]
    group.grants.all().delete()
    for space in spaces:
        _sync_space(space)
    group.delete()


def grant(space: Space, group: Group, *, by: Person) -> GroupGrant:
    """Lets a group's people belong to a community, today's and tomorrow's. Who may: a host."""
    require("space.host", space, by=by)
    if space.is_everyone:
        raise Refused(_("Everybody belongs here already."))
    row, created = GroupGrant.objects.get_or_create(space=space, group=group)
    _sync_space(space)
    if created:
        record_in(space, "community.group_added", by=by, group=group.id)
    return row


def revoke_grant(row: GroupGrant, *, by: Person) -> None:
    """Ends what a group gives; people who also came by themselves stay. Who may: a host."""
    require("space.host", row.space, by=by)
    space, group_id = row.space, row.group_id
    row.delete()
    _sync_space(space)
    record_in(space, "community.group_removed", by=by, group=group_id)


def sync_group(group: Group) -> None:
    """Makes a rule's people and what the group gives true again."""
    if group.rule:
        _make_members(group, set(group.matching().values_list("id", flat=True)))
    sync_grants(group)


def _make_members(group: Group, wanted: set[int]) -> None:
    rows = GroupMember.objects.filter(group=group)
    present = set(rows.values_list("person_id", flat=True))
    rows.filter(person_id__in=present - wanted).delete()
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, person_id=key) for key in wanted - present),
        ignore_conflicts=True,
        batch_size=2000,
    )


def sync_grants(group: Group) -> None:
    """Makes the memberships that a group gives true again."""
    for row in group.grants.select_related("space").order_by("space_id"):
        _sync_space(row.space)


def _sync_space(space: Space) -> None:
    """Who belongs through groups: those missing enter, those whom no granted group holds any longer part.

    Silent: two hundred people given a community at once aren't two hundred pieces of news.
    """
    locked = belonging.lock(space)
    given: dict[int, tuple[Person, Group]] = {}
    for row in GroupGrant.objects.filter(space=locked).select_related("group").order_by("id"):
        for person in Person.objects.active().filter(groups_of=row.group):
            given.setdefault(person.id, (person, row.group))
    by_group: dict[int, list[Person]] = {}
    groups = {group.id: group for _person, group in given.values()}
    for person, group in given.values():
        by_group.setdefault(group.id, []).append(person)
    for key, people in by_group.items():
        belonging.enter(locked, people, via_group=groups[key])
    held = Membership.objects.filter(space=locked, via_group__isnull=False)
    belonging.part(
        locked, [row.person_id for row in held if row.person_id not in given and row.role == "member"]
    )
    for row in held.filter(person_id__in=given):
        if row.via_group_id not in groups or row.via_group_id != given[row.person_id][1].id:
            Membership.objects.filter(id=row.id).update(via_group=given[row.person_id][1])
    space.member_count = locked.member_count


def sync_person(person: Person) -> None:
    """Makes one person's groups, and what these give them, true after a change of their directory fields."""
    held = set(GroupMember.objects.filter(person=person).values_list("group_id", flat=True))
    touched: set[int] = set()
    for group in Group.objects.exclude(rule={}):
        belongs = group.matching().filter(id=person.id).exists()
        if belongs and group.id not in held:
            GroupMember.objects.get_or_create(group=group, person=person)
            touched.add(group.id)
        elif not belongs and group.id in held:
            GroupMember.objects.filter(group=group, person=person).delete()
            touched.add(group.id)
    _sync_person_grants(person, touched | held)


def _sync_person_grants(person: Person, groups: set[int]) -> None:
    if not groups:
        return
    held = dict(GroupMember.objects.filter(person=person).values_list("group_id", "group_id"))
    for row in (
        GroupGrant.objects.filter(group_id__in=groups).select_related("space", "group").order_by("space_id")
    ):
        locked = belonging.lock(row.space)
        if row.group_id in held and person.is_active:
            belonging.enter(locked, [person], via_group=row.group)
        elif Membership.objects.filter(space=locked, person=person, via_group=row.group).exists():
            _sync_space(row.space)


def sync_all() -> int:
    """Every group, its people and what it gives; run by the job each hour. Returns how many groups."""
    groups = list(Group.objects.order_by("id"))
    for group in groups:
        sync_group(group)
    return len(groups)
