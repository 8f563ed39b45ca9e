"""Changing what a profile says, and who sees it. Not here: reading it (people.visibility), settings (preferences)."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.actions import record
from parvis.kernel import images
from parvis.kernel.errors import NotAllowed, Refused
from parvis.kernel.files import site_store
from parvis.kernel.words import fold
from parvis.people.models import Person, ProfileField, ProfileValue, Subject
from parvis.people.visibility import HIDEABLE, value_name

if TYPE_CHECKING:
    from parvis.kernel.db import System

OWN = ("display_name", "job_title", "department", "site", "languages", "bio")
BY_ADMINISTRATORS = ("display_name", "job_title", "department", "site", "languages")
MOST_SUBJECTS = 20
LONGEST = {"display_name": 120, "job_title": 160, "department": 120, "site": 120, "bio": 4000}


def _require_own(person: Person, *, by: Person) -> None:
    require("site.use", by=by)
    if person.id != by.id:
        raise NotAllowed(_("Only %(name)s can change this.") % {"name": person.name})


def revise_profile(person: Person, *, by: Person, **fields: Any) -> None:
    """Changes columns of a profile. Who may: the person; administrators, but not what someone says of themselves.

    `manager` is a person or None. The caller then brings groups up to date (membership.everyone.person_changed).
    Raises NotAllowed, Refused with the field at fault.
    """
    require("site.use" if person.id == by.id else "site.administer", by=by)
    allowed = (*(OWN if person.id == by.id else BY_ADMINISTRATORS), "manager")
    was = person.display_name
    for name, value in fields.items():
        if name not in allowed:
            raise NotAllowed(_("Only %(name)s can change this.") % {"name": person.name})
        setattr(person, name, _checked(person, name, value))
    person.save(update_fields=list(fields))
    if person.display_name != was:
        # A blog that bears its author's name goes on bearing it.
        person.own_spaces.filter(kind="personal", name=was).update(name=person.display_name)
    _record(person, by=by, fields=sorted(fields))


def _checked(person: Person, name: str, value: Any) -> Any:
    if name == "manager":
        _check_manager(person, value)
        return value
    if name == "languages":
        return checked_languages(value)
    text = str(value).strip() if name == "bio" else " ".join(str(value).split())
    if name == "display_name" and not text:
        raise Refused(_("Give a name."), field=name)
    if len(text) > LONGEST[name]:
        raise Refused(_("At most %(count)s characters.") % {"count": LONGEST[name]}, field=name)
    return text


def _check_manager(person: Person, manager: Person | None) -> None:
    """Nobody is their own manager, however far up."""
    above, steps = manager, 0
    while above is not None and steps < 30:
        if above.id == person.id:
            raise Refused(_("That would make someone their own manager."), field="manager")
        above, steps = above.manager, steps + 1


def checked_languages(labels: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for label in labels:
        text = " ".join(str(label).split())[:40]
        if text:
            found.setdefault(fold(text), text)
    return list(found.values())[:12]


def set_subjects(person: Person, kind: str, labels: Iterable[str], *, by: Person) -> None:
    """What one may be asked about ("ask") or cares for ("interest"), in the order given. Who may: the person."""
    _require_own(person, by=by)
    wanted: dict[str, str] = {}
    for label in labels:
        text = " ".join(label.replace("\0", "").split()).lstrip("#")[:80]
        if fold(text):
            wanted.setdefault(fold(text)[:80], text)
    if len(wanted) > MOST_SUBJECTS:
        raise Refused(
            _("At most %(count)s: keep those that matter most.") % {"count": MOST_SUBJECTS}, field=kind
        )
    person.subjects.filter(kind=kind).delete()
    Subject.objects.bulk_create(
        Subject(person=person, kind=kind, label=label, folded=folded) for folded, label in wanted.items()
    )
    _record(person, by=by, fields=[kind])


def set_visibility(person: Person, *, hidden: Iterable[str], is_hidden: bool, by: Person) -> None:
    """Says which fields others don't see, and whether the directory lists the person. Who may: the person."""
    _require_own(person, by=by)
    known = {*HIDEABLE, *(value_name(one) for one in ProfileField.objects.all())}
    person.hidden_fields = sorted(set(hidden) & known)
    person.is_hidden = is_hidden
    person.save(update_fields=["hidden_fields", "is_hidden"])


def set_photo(person: Person, data: bytes, *, by: Person) -> None:
    """Makes a small portrait of a picture, without what the camera wrote in it. Raises Refused for what isn't one."""
    _require_own(person, by=by)
    portrait = images.avatar(data)
    kept = site_store().store(
        io.BytesIO(portrait.data), name="portrait.webp", max_bytes=images.MAX_SOURCE_BYTES
    )
    person.photo = kept.sha256
    person.save(update_fields=["photo"])


def remove_photo(person: Person, *, by: Person) -> None:
    """Back to initials."""
    _require_own(person, by=by)
    person.photo = ""
    person.save(update_fields=["photo"])


def fill_values(person: Person, values: Mapping[ProfileField, str], *, by: Person | System) -> None:
    """Fills the administrator's fields; an empty value empties.

    Who may: the person for fields left to them; administrators (and imports) for all. Raises Refused.
    """
    is_own = getattr(by, "id", 0) == person.id
    if isinstance(by, Person):
        require("site.use" if is_own else "site.administer", by=by)
    for field, value in values.items():
        if is_own and not field.is_filled_by_person and not person.is_administrator:
            raise NotAllowed(_("This field is filled by the network's team. Ask them to change it."))
        text = checked_value(field, value)
        if text:
            ProfileValue.objects.update_or_create(person=person, field=field, defaults={"value": text})
        else:
            ProfileValue.objects.filter(person=person, field=field).delete()


def checked_value(field: ProfileField, value: str) -> str:
    """The value as kept: a date as 2026-11-23, a link with http. Raises Refused, naming the field."""
    text, name = " ".join(str(value).split()), value_name(field)
    if not text:
        return ""
    if field.type == "choice" and text not in field.choices:
        raise Refused(_("Choose one of those offered."), field=name)
    if field.type == "date":
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            raise Refused(_("Write a date like 2026-11-23."), field=name)
    if field.type == "link" and not (urlparse(text).scheme in ("http", "https") and urlparse(text).netloc):
        raise Refused(_("A link begins with https://."), field=name)
    if len(text) > 400:
        raise Refused(_("At most %(count)s characters.") % {"count": 400}, field=name)
    return text


def say_hello(person: Person, line: str, *, by: Person) -> None:
    """One line of hello, shown on one's profile and to who greets newcomers. Who may: the person."""
    _require_own(person, by=by)
    person.hello = " ".join(line.split())[:280]
    person.save(update_fields=["hello"])


def end_first_visit(*, by: Person, at: datetime.datetime) -> None:
    """The three steps are over, done or skipped: they don't come again by themselves."""
    require("site.use", by=by)
    by.welcomed_at = at
    by.save(update_fields=["welcomed_at"])


def _record(person: Person, *, by: Person, fields: list[str]) -> None:
    record(
        "person.revised",
        thing_kind="person",
        thing_id=person.id,
        by=by,
        payload={"fields": fields},
        is_silent=True,
    )
