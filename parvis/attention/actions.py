"""Clearing what was read, and choosing what one is told of. Not here: writing notices (attention.delivering)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.attention.classes import classes, find_class, slugs_of_level
from parvis.attention.delivering import deliver
from parvis.attention.models import Notice, Rule
from parvis.attention.visible import FOR_HOSTS
from parvis.contributions.marking import mark_read
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.toolkit.notices import FOR_YOU, PLACES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from parvis.attention.models import NoticeQuerySet
    from parvis.people.models import Person

__all__ = ["clear", "deliver", "follow_moved", "read_thread", "see_everything", "see_places"]


def read_thread(contribution: Contribution, *, by: Person, until: datetime | None = None) -> None:
    """Remembers how far a person read, and clears every notice that speaks of this contribution."""
    mark_read(contribution, until or clock.now(), by=by)
    clear(contribution.id, by=by)


def clear(contribution_id: int, *, by: Person) -> None:
    """A thing that is read has no unseen notice left, and wasn't ignored."""
    rows = Notice.objects.filter(person=by, contribution_id=contribution_id, is_opened=False)
    rows.update(is_opened=True, seen_at=Coalesce("seen_at", Value(clock.now())))


def follow_moved(replies: Iterable[int], to: Contribution) -> None:
    """Makes notices about replies that were moved lead to, and be read under, the contribution they are under now."""
    Notice.objects.filter(thing_kind="reply", thing_id__in=list(replies)).update(
        contribution_id=to.id, space_id=to.space_id, audience=to.audience
    )


def see_everything(*, by: Person, category: str = "", level: str = "") -> datetime:
    """Marks all of a person's notices as seen, or those of one class or level; returns the moment, to take it back by.

    Raises NotFound for a class or a level that doesn't exist.
    """
    require("site.use", by=by)
    rows = of_category(Notice.objects.filter(person=by), category, level)
    now = clock.now()
    _clear(rows, now, by=by)
    return now


def unsee(moment: datetime, *, by: Person) -> int:
    """Takes back what was marked as seen all at once at that moment; returns how many are unseen again."""
    require("site.use", by=by)
    count = Notice.objects.filter(person=by, seen_at=moment).update(seen_at=None)
    by.unread_count = getattr(by, "unread_count", 0) + count  # type: ignore[attr-defined]
    return count


def of_category(rows: NoticeQuerySet, category: str, level: str) -> NoticeQuerySet:
    """Those of one class, of one level, or (both empty) all. Raises NotFound for names that don't exist."""
    if category:
        if find_class(category) is None:
            raise NotFound
        rows = rows.filter(category=category)
    if level:
        if level not in (FOR_YOU, PLACES):
            raise NotFound
        rows = rows.filter(category__in=slugs_of_level(level))
    return rows


def see_places(space_id: int, *, by: Person, as_host: bool = False) -> None:
    """Visiting a community clears the notices about it alone; what its hosts are asked, their own page clears."""
    if not getattr(by, "unread_count", 1):
        return
    rows = Notice.objects.filter(person=by, space_id=space_id, contribution_id=None)
    _clear(
        rows.filter(reason__in=FOR_HOSTS) if as_host else rows.exclude(reason__in=FOR_HOSTS),
        clock.now(),
        by=by,
    )


def _clear(rows: NoticeQuerySet, now: datetime, *, by: Person) -> None:
    """Marks notices as seen, and corrects the number that the page about to be drawn shows."""
    count = rows.filter(seen_at=None).update(seen_at=now)
    by.unread_count = max(getattr(by, "unread_count", 0) - count, 0)  # type: ignore[attr-defined]


def set_rules(wanted: Collection[str], *, by: Person) -> None:
    """Keeps for which classes the bell rings, by slug; every other one stays silent. Raises Refused."""
    require("site.use", by=by)
    known = {one.slug for one in classes()}
    if not set(wanted) <= known:
        raise Refused(_("Choose among those offered."))
    Rule.objects.bulk_create(
        [Rule(person=by, category=slug, is_on=slug in wanted) for slug in sorted(known)],
        update_conflicts=True,
        unique_fields=["person", "category"],
        update_fields=["is_on"],
    )
