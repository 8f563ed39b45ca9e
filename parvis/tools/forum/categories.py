"""The shelves of a community's forum, set up by its hosts. Not here: putting a topic on one (forum.actions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.actions import record
from parvis.kernel.errors import NotFound, Refused
from parvis.tools.forum.models import Category

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST = 40


def add_category(space: Space, name: str, *, by: Person) -> Category:
    """Adds a shelf at the end. Who may: the hosts. Raises Refused for an empty, long or known name."""
    require("forum.arrange", space, by=by)
    if Category.objects.filter(space=space).count() >= MOST:
        raise Refused(
            _("Forty categories are enough: nobody would read more. Rename or remove one first."),
            field="name",
        )
    last = Category.objects.filter(space=space).aggregate(last=Max("position"))["last"]
    category = Category(space=space, name=_checked(name), position=0 if last is None else last + 1)
    _save(category)
    _note(category, "added", by=by)
    return category


def rename_category(category: Category, name: str, *, by: Person) -> None:
    """Gives a shelf another name. Who may: the hosts. Raises Refused as `add_category`."""
    require("forum.arrange", category.space, by=by)
    category.name = _checked(name)
    _save(category)
    _note(category, "renamed", by=by)


def shift_category(category: Category, *, up: bool, by: Person) -> None:
    """Moves a shelf one place up or down. Who may: the hosts."""
    require("forum.arrange", category.space, by=by)
    rows = list(Category.objects.select_for_update().filter(space_id=category.space_id))
    here = next(index for index, row in enumerate(rows) if row.id == category.id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows):
        row.position = position
    Category.objects.bulk_update(rows, ["position"])
    _note(category, "moved", by=by)


def remove_category(category: Category, *, by: Person) -> None:
    """Takes a shelf down; its topics stay, without a category. Who may: the hosts."""
    require("forum.arrange", category.space, by=by)
    _note(category, "removed", by=by)
    category.delete()


def find_category(space: Space, key: int) -> Category:
    """A category of this space. Raises NotFound."""
    category = Category.objects.filter(space=space, id=key).first()
    if category is None:
        raise NotFound
    category.space = space
    return category


def _checked(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise Refused(_("Give the category a name."), field="name")
    if len(name) > 80:
        raise Refused(_("Keep the name under 80 characters."), field="name")
    return name


def _save(category: Category) -> None:
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError:
        raise Refused(_("There is already a category of this name."), field="name") from None


def _note(category: Category, verb: str, *, by: Person) -> None:
    record(
        f"category.{verb}",
        thing_kind="space",
        thing_id=category.space_id,
        by=by,
        space_id=category.space_id,
        audience=category.space.audience,
        payload={"category": category.id},
        is_silent=True,
    )
