"""The fields that administrators add to profiles: made, changed, ordered, removed. Not here: their values (accounts.profile)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.actions import record
from parvis.kernel.errors import Refused
from parvis.people.models import Person, ProfileField

MOST_FIELDS = 30
MOST_CHOICES = 60
TYPES = tuple(value for value, _label in ProfileField.TYPES)


def save_field(
    *,
    label_fr: str,
    label_en: str,
    type: str,
    by: Person,
    choices: Iterable[str] = (),
    is_filled_by_person: bool = True,
    is_visible: bool = True,
    is_filter: bool = False,
    field: ProfileField | None = None,
) -> ProfileField:
    """Makes a field, or changes one; its type stays once it has values. Who may: administrators.

    A label in one language serves for both. Raises Refused with the field at fault.
    """
    require("site.administer", by=by)
    labels = [" ".join(label.split())[:80] for label in (label_fr, label_en)]
    if not any(labels):
        raise Refused(_("Give the field a name."), field="label_fr")
    if type not in TYPES:
        raise Refused(_("Choose one of those offered."), field="type")
    wanted = list(dict.fromkeys(" ".join(choice.split())[:80] for choice in choices if choice.strip()))
    if type == "choice" and not 2 <= len(wanted) <= MOST_CHOICES:
        raise Refused(_("Give two to sixty choices, one a line."), field="choices")
    found = field or _new_field()
    if field is not None and field.type != type and field.values.exists():
        raise Refused(
            _("People have filled it already: its type can't change. Make another field."), field="type"
        )
    found.label_fr, found.label_en = labels[0] or labels[1], labels[1] or labels[0]
    found.type, found.choices = type, wanted if type == "choice" else []
    found.is_filled_by_person, found.is_visible = is_filled_by_person, is_visible
    found.is_filter = is_filter and is_visible and type == "choice"
    found.save()
    _record("profile_field.saved", found, by=by)
    return found


def _new_field() -> ProfileField:
    count = ProfileField.objects.count()
    if count >= MOST_FIELDS:
        raise Refused(_("Thirty fields are enough: remove one first."))
    return ProfileField(position=count)


def move_field(field: ProfileField, step: int, *, by: Person) -> None:
    """Moves a field up (-1) or down (1) among the others. Who may: administrators."""
    require("site.administer", by=by)
    rows = list(ProfileField.objects.select_for_update().all())
    at = next(index for index, row in enumerate(rows) if row.id == field.id)
    to = at + (1 if step > 0 else -1)
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for position, row in enumerate(rows):
        row.position = position
    ProfileField.objects.bulk_update(rows, ["position"])


def delete_field(field: ProfileField, *, by: Person) -> None:
    """Removes a field and what people had filled in. Who may: administrators."""
    require("site.administer", by=by)
    _record("profile_field.removed", field, by=by)
    field.delete()


def _record(verb: str, field: ProfileField, *, by: Person) -> None:
    record(verb, thing_kind="profile_field", thing_id=field.id, by=by, is_silent=True)
