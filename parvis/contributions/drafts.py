"""What a person is typing in a form, kept at every pause. Not here: drafts that are contributions (actions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.marks import Draft
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

MAX_DRAFTS = 200
MAX_FIELD = 100_000
NOT_KEPT = {"csrfmiddlewaretoken", "receipt", "draft", "do"}


def draft_at(person: Person, place: str) -> Draft | None:
    """The draft a person left in one form, if any."""
    return Draft.objects.filter(person=person, place=place[:80]).first()


def save_draft(place: str, fields: dict[str, list[str]], *, by: Person, draft_id: int | None = None) -> Draft:
    """Keeps the fields of a form as they stand. Raises NotFound for a draft that was published meanwhile."""
    require("site.use", by=by)
    kept: dict[str, Any] = {
        name: values if len(values) > 1 else values[0]
        for name, values in fields.items()
        if name not in NOT_KEPT and values
    }
    if any(len(str(value)) > MAX_FIELD for value in kept.values()):
        raise Refused(_("This text is too long to be kept as a draft."))
    if draft_id is not None and not Draft.objects.filter(person=by, id=draft_id).exists():
        raise NotFound
    if Draft.objects.filter(person=by).count() >= MAX_DRAFTS:
        Draft.objects.filter(person=by).order_by("saved_at").first().delete()  # type: ignore[union-attr]
    draft, _created = Draft.objects.update_or_create(
        person=by, place=place[:80], defaults={"fields": kept, "saved_at": clock.now()}
    )
    return draft


def forget_draft(person: Person, place: str) -> None:
    """The text has been published, or thrown away."""
    Draft.objects.filter(person=person, place=place[:80]).delete()
