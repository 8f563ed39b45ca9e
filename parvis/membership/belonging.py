"""Entering and leaving a space: the rows, the head-count and the stream source, kept true together.

Not here: who may (membership.actions and its neighbours ask first) and what is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, Q

from parvis.kernel import clock
from parvis.people.models import Group, Person, PersonState
from parvis.spaces.models import Level, MemberRole, Membership, Space, Subscription


def lock(space: Space) -> Space:
    """The space, locked until the transaction ends; posting inside (which only needs its key) isn't held up."""
    return Space.objects.select_for_update(no_key=True, of=("self",)).get(id=space.id)


def enter(
    space: Space,
    people: Iterable[Person],
    *,
    role: MemberRole = MemberRole.MEMBER,
    via_group: Group | None = None,
    charter_version: int = 0,
    is_followed: bool = True,
) -> list[Person]:
    """Makes people members and the space a source of their stream; returns those who weren't members before.

    The caller holds the lock. A space that someone followed before keeps its level; one that isn't `is_followed`
    (a private exchange) is no source of any stream.
    """
    wanted = {person.id: person for person in people}
    present = set(
        Membership.objects.filter(space=space, person_id__in=wanted).values_list("person_id", flat=True)
    )
    fresh = [person for key, person in wanted.items() if key not in present]
    Membership.objects.bulk_create(
        Membership(
            space=space, person=person, role=role, via_group=via_group, charter_version=charter_version
        )
        for person in fresh
    )
    if is_followed:
        Subscription.objects.bulk_create(
            (Subscription(person=person, space=space) for person in fresh), ignore_conflicts=True
        )
    _count(space, sum(person.is_active for person in fresh))
    return fresh


def part(space: Space, people: Iterable[int]) -> list[int]:
    """Ends memberships and takes the space out of those people's streams; returns whom it concerned.

    The caller holds the lock.
    """
    rows = Membership.objects.filter(space=space, person_id__in=list(people))
    gone = list(rows.values_list("person_id", "person__state"))
    keys = [key for key, _state in gone]
    rows.delete()
    Subscription.objects.filter(space=space, person_id__in=keys).delete()
    _count(space, -sum(state == PersonState.ACTIVE for _key, state in gone))
    return keys


def _count(space: Space, step: int) -> None:
    if step:
        Space.objects.filter(id=space.id).update(member_count=F("member_count") + step)
        space.member_count += step


def subscribe(space: Space, person: Person, level: int) -> None:
    """Makes the space a source of the person's stream, or changes how much of it they see."""
    Subscription.objects.update_or_create(person=person, space=space, defaults={"level": Level(level)})


def unsubscribe(space: Space, person: Person) -> None:
    """Takes the space out of the person's stream."""
    Subscription.objects.filter(person=person, space=space).delete()


def running_hosts(space: Space) -> list[Membership]:
    """Hosts of a space who are active and whose mandate hasn't ended."""
    running = Q(host_until_on__isnull=True) | Q(host_until_on__gte=clock.today())
    rows = Membership.objects.filter(
        running, space=space, role=MemberRole.HOST, person__state=PersonState.ACTIVE
    )
    return list(rows.select_related("person").order_by("joined_at", "id"))


def recount(person: Person) -> None:
    """Makes the head-counts of a person's spaces true again, after their state has changed."""
    keys = sorted(Membership.objects.filter(person=person).values_list("space_id", flat=True))
    recount_spaces(keys)


def recount_spaces(keys: Iterable[int]) -> int:
    """Recomputes head-counts (active people only); returns how many were wrong. Also what `doctor` calls."""
    wanted = sorted(keys)
    # Locked in the order of their keys: two people who leave at once can't wait for each other.
    locked = list(Space.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id"))
    active = Membership.objects.filter(space_id__in=wanted, person__state=PersonState.ACTIVE)
    counts = dict(active.values_list("space_id").annotate(n=Count("id")))
    wrong = [space for space in locked if space.member_count != counts.get(space.id, 0)]
    for space in wrong:
        Space.objects.filter(id=space.id).update(member_count=counts.get(space.id, 0))
    return len(wrong)
