"""What of a profile its owner hides, and what a reader therefore sees. Not here: changing it (accounts.profile)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from parvis.kernel.ids import encode
from parvis.people.models import Person, PersonState, ProfileField, ProfileValue, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

# Each may be hidden by its owner; the name and the photo stand beside every text and may not.
HIDEABLE = {
    "job_title": _("Role"),
    "department": _("Department"),
    "site": _("Site"),
    "manager": _("Manager"),
    "languages": _("Languages"),
    "ask": _("Ask me about"),
    "interest": _("Interests"),
    "bio": _("About me"),
}


def value_name(profile_field: ProfileField) -> str:
    """How `hidden_fields` calls one of the administrator's fields."""
    return f"field-{encode(profile_field.id)}"


def is_shown(person: Person, name: str, reader: Person) -> bool:
    """Whether the reader sees one field of a profile; its owner sees them all."""
    return person.id == reader.id or (name not in person.hidden_fields and not is_discreet(person))


def is_discreet(person: Person) -> bool:
    """Whether only the name is told: hidden from the directory, not opened yet, or closed."""
    return person.is_hidden or person.state in (
        PersonState.UNCLAIMED,
        PersonState.LEFT,
        PersonState.SUSPENDED,
    )


@dataclass
class Profile:
    """A person as one reader may see them; what is hidden is empty."""

    person: Person
    job_title: str = ""
    department: str = ""
    site: str = ""
    bio: str = ""
    hello: str = ""
    manager: Person | None = None
    languages: list[str] = field(default_factory=list)
    ask: list[str] = field(default_factory=list)
    interests: list[str] = field(default_factory=list)
    values: list[tuple[ProfileField, str]] = field(default_factory=list)
    team: list[Person] = field(default_factory=list)


def profile_of(person: Person, reader: Person) -> Profile:
    """The profile as far as its owner shows it to the reader. Three queries when `manager` came with the person."""
    profile = Profile(person)
    for name in ("job_title", "department", "site", "bio", "languages"):
        if is_shown(person, name, reader):
            setattr(profile, name, getattr(person, name))
    if is_discreet(person) and person.id != reader.id:
        return profile
    profile.hello = person.hello
    if is_shown(person, "manager", reader):
        above = person.manager
        profile.manager = above if above and above.is_active and not above.is_hidden else None
    subjects = subjects_of([person.id]).get(person.id, [])
    profile.ask = [
        one.label for one in subjects if one.kind == Subject.ASK and is_shown(person, "ask", reader)
    ]
    profile.interests = [
        one.label for one in subjects if one.kind == Subject.INTEREST and is_shown(person, "interest", reader)
    ]
    profile.values = _values_of(person, reader)
    team = Person.objects.listed().filter(manager=person).by_name()[:24]
    profile.team = [one for one in team if is_shown(one, "manager", reader)]
    return profile


def _values_of(person: Person, reader: Person) -> list[tuple[ProfileField, str]]:
    rows = ProfileValue.objects.filter(person=person).exclude(value="").select_related("field")
    shown: list[tuple[ProfileField, str]] = []
    for row in rows.order_by("field__position", "field_id"):
        mine = person.id == reader.id
        if mine or (row.field.is_visible and is_shown(person, value_name(row.field), reader)):
            shown.append((row.field, row.value))
    return shown


def subjects_of(people: Iterable[int]) -> dict[int, list[Subject]]:
    """What several people may be asked about or care for, hidden ones included, in one query."""
    found: dict[int, list[Subject]] = {}
    for row in Subject.objects.filter(person_id__in=list(people)).order_by("id"):
        found.setdefault(row.person_id, []).append(row)
    return found
