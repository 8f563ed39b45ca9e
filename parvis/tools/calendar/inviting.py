"""Asking people to come, and who organises. Not here: what they answer (calendar.answers), the mails (calendar.mails)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.journal.jobs import enqueue
from parvis.kernel.errors import Refused
from parvis.people.models import Person
from parvis.spaces.models import Audience, Membership
from parvis.tools.calendar.actions import event_of, note, require_organiser
from parvis.tools.calendar.models import Guest

if TYPE_CHECKING:
    from parvis.spaces.models import Space

MOST_ASKED = 5000


def invite(contribution: Contribution, people: Iterable[int], *, by: Person) -> int:
    """Asks people, by id, to come; those who may not read the event, and those asked before, are left out.

    Returns how many were asked. Who may: author, organisers, hosts. Raises NotFound, NotAllowed, Refused.
    """
    require_organiser(contribution, by=by)
    event = event_of(contribution, lock=True)
    if event.cancelled_at or not contribution.is_published:
        raise Refused(_("One can't invite to it: it isn't published, or it is cancelled."))
    asked = set(Guest.objects.filter(contribution_id=contribution.pk).values_list("person_id", flat=True))
    new = (
        (set(people) & readers_of(contribution.space, set(people))) - asked - {by.id, contribution.author_id}
    )
    place = {
        "contribution": contribution,
        "space_id": contribution.space_id,
        "audience": contribution.audience,
    }
    Guest.objects.bulk_create([Guest(person_id=key, **place) for key in sorted(new)], batch_size=500)
    if new:
        note(contribution, "invited", by=by, tell={str(key): "event_invited" for key in new})
        enqueue(
            "calendar.mail",
            contribution_id=contribution.pk,
            method="REQUEST",
            by=by.id,
            people=sorted(new),
        )
    return len(new)


def invite_community(contribution: Contribution, *, by: Person) -> int:
    """Asks every member of its community. Returns how many were asked. Who may: author, organisers, hosts."""
    members = Membership.objects.filter(space_id=contribution.space_id).values_list("person_id", flat=True)
    return invite(contribution, members[:MOST_ASKED], by=by)


def readers_of(space: Space, people: set[int]) -> set[int]:
    """Who of these people may read what is published in a space for everybody, or for its members."""
    rows = Person.objects.active().filter(id__in=people)
    if space.audience != Audience.EVERYBODY:
        rows = rows.filter(memberships__space=space)
    return set(rows.values_list("id", flat=True))


def members_of(space: Space, people: set[int]) -> set[int]:
    """Who of these people is a member."""
    rows = Person.objects.active().filter(id__in=people, memberships__space=space)
    return set(rows.values_list("id", flat=True))


def set_organiser(contribution: Contribution, person_id: int, is_organiser: bool, *, by: Person) -> None:
    """Lets a member of its community organise it too, or somebody no more. Who may: author, organisers, hosts."""
    require_organiser(contribution, by=by)
    event_of(contribution, lock=True)
    if person_id not in members_of(contribution.space, {person_id}) and is_organiser:
        raise Refused(_("Choose a member of this community."), field="person")
    place = {"space_id": contribution.space_id, "audience": contribution.audience}
    if is_organiser:
        Guest.objects.update_or_create(
            contribution_id=contribution.pk,
            person_id=person_id,
            defaults={"is_organiser": True},
            create_defaults={"is_organiser": True, **place},
        )
    else:
        Guest.objects.filter(contribution_id=contribution.pk, person_id=person_id).update(is_organiser=False)
    tell = {str(person_id): "event_organiser"} if is_organiser else {}
    note(contribution, "organised", by=by, tell=tell)
