"""Where pages stand: under which one, in which order. Not here: what they say (actions), reading the tree (reading)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Max
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.models import Contribution, State
from parvis.journal.actions import record
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.spaces.models import Space
from parvis.tools.pages.models import Page

if TYPE_CHECKING:
    from parvis.people.models import Person

DEEPEST = 12
GONE = (State.REMOVED, State.HIDDEN)

UP = """
WITH RECURSIVE up AS (
  SELECT contribution_id, parent_id, 0 AS depth FROM pages_page WHERE contribution_id = %(id)s
  UNION ALL SELECT p.contribution_id, p.parent_id, up.depth + 1 FROM pages_page p
    JOIN up ON p.contribution_id = up.parent_id WHERE up.depth < 64)
SELECT contribution_id AS id FROM up ORDER BY depth"""

HEIGHT = """
WITH RECURSIVE down AS (
  SELECT contribution_id, 0 AS depth FROM pages_page WHERE contribution_id = %(id)s
  UNION ALL SELECT p.contribution_id, down.depth + 1 FROM pages_page p
    JOIN down ON p.parent_id = down.contribution_id WHERE down.depth < 64)
SELECT coalesce(max(depth), 0) AS height FROM down"""

RENUMBER = """
UPDATE pages_page p SET position = found.place FROM (
  SELECT contribution_id, row_number() OVER (ORDER BY position, contribution_id) * 2 AS place FROM pages_page
  WHERE space_id = %(space)s AND parent_id IS NOT DISTINCT FROM %(parent)s) found
WHERE p.contribution_id = found.contribution_id AND p.position <> found.place"""


def lock_tree(space_id: int) -> None:
    """One at a time changes the tree of a community: no two moves can make a circle together."""
    rows = Space.objects.select_for_update(of=("self",), no_key=True).filter(id=space_id)
    rows.values_list("id").first()


def find_parent(space: Space, key: int | None) -> Page | None:
    """The published page of this community under which another is to stand; None for the top. Raises NotFound."""
    if key is None:
        return None
    found = Page.objects.select_related("contribution").filter(
        contribution_id=key, space_id=space.id, contribution__state=State.PUBLISHED
    )
    page = found.first()
    if page is None:
        raise NotFound
    return page


def last_position(space_id: int, parent: Page | None) -> int:
    """A place after all that stand there."""
    rows = Page.objects.filter(space_id=space_id, parent=parent)
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 2


def check_depth(parent: Page | None, height: int = 0) -> None:
    """Raises Refused where a page (with what is below it) would stand too deep to be found again."""
    if parent is not None and len(read(UP, {"id": parent.contribution_id})) + height >= DEEPEST:
        raise Refused(
            _("This would stand too deep: twelve levels at most. Choose a page nearer to the top."),
            field="parent",
        )


def place_page(
    contribution: Contribution, parent: Page | None, *, by: Person, after: int | None = None
) -> None:
    """Puts a page, with all below it, under another of its community (None: at the top), last or after a neighbour (0:
    first).

    Who may: whoever may post there. Raises NotFound (a page of another community), Refused (under itself, too deep).
    """
    require("pages.write", contribution, by=by)
    if not contribution.is_published:
        raise Refused(_("Publish it first: then it has its place among the others."))
    lock_tree(contribution.space_id)
    page = Page.objects.get(contribution=contribution)
    if parent is not None:
        if parent.space_id != contribution.space_id:
            raise NotFound
        if contribution.id in {row.id for row in read(UP, {"id": parent.contribution_id})}:
            raise Refused(_("A page can't stand under itself, nor under one below it."), field="parent")
        check_depth(parent, read(HEIGHT, {"id": contribution.id})[0].height)
    page.parent, page.returns_to = parent, None
    page.position = _position_after(page, after)
    page.save(update_fields=["parent", "returns_to", "position"])
    _record(contribution, by=by)


def _position_after(page: Page, after: int | None) -> int:
    """Where a page comes to stand among its neighbours, which are numbered anew in steps of two."""
    if after is None:
        return last_position(page.space_id, page.parent)
    renumber(page.space_id, page.parent_id)
    if after == 0:
        return 1
    rows = Page.objects.filter(space_id=page.space_id, parent=page.parent, contribution_id=after)
    found = rows.values_list("position", flat=True).first()
    return last_position(page.space_id, page.parent) if found is None else found + 1


def renumber(space_id: int, parent_id: int | None) -> None:
    """Positions 2, 4, 6… in the order they have."""
    read(RENUMBER, {"space": space_id, "parent": parent_id})


def step_page(contribution: Contribution, down: bool, *, by: Person) -> bool:
    """Exchanges a page with the one before or after it; whether there was one. Who may: whoever may post there."""
    require("pages.write", contribution, by=by)
    lock_tree(contribution.space_id)
    page = Page.objects.get(contribution=contribution)
    renumber(page.space_id, page.parent_id)
    page.refresh_from_db(fields=["position"])
    rows = Page.objects.filter(
        space_id=page.space_id, parent_id=page.parent_id, contribution__state=State.PUBLISHED
    )
    if down:
        other = rows.filter(position__gt=page.position).order_by("position").first()
    else:
        other = rows.filter(position__lt=page.position).order_by("-position").first()
    if other is None:
        return False
    page.position, other.position = other.position, page.position
    page.save(update_fields=["position"])
    other.save(update_fields=["position"])
    _record(contribution, by=by)
    return True


def keep_below(contribution: Contribution) -> None:
    """A page went to the bin, or came back: those below it take its place meanwhile, and return to it."""
    if contribution.state in GONE:
        page = Page.objects.filter(contribution=contribution).first()
        below = Page.objects.filter(parent_id=contribution.id)
        if page is not None and below.exists():
            lock_tree(contribution.space_id)
            below.filter(returns_to=None).update(returns_to=page)
            below.update(parent_id=page.parent_id)
    elif contribution.state == State.PUBLISHED:
        away = Page.objects.filter(returns_to_id=contribution.id)
        if away.exists():
            lock_tree(contribution.space_id)
            # One under which this page has come to stand meanwhile stays where it is: no circle.
            above = {row.id for row in read(UP, {"id": contribution.id})}
            away.exclude(contribution_id__in=above).update(parent_id=F("returns_to_id"))
            away.update(returns_to=None)


def _record(contribution: Contribution, *, by: Person) -> None:
    record(
        "page.placed",
        thing_kind="page",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        is_silent=True,
    )
