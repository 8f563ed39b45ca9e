"""Who has a page's plain editor open: said to the others, so that they may wait or write along. Nobody is kept out, and
what several save is brought together (actions). Not here: sessions of several at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.tools.pages.actions import page_of, require_writer
from parvis.tools.pages.models import Page

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

LASTS = timedelta(hours=2)  # without a save: the window has been closed, or the day has gone on


def is_editing(since: datetime | None) -> bool:
    """Whether an editor opened then still counts."""
    return since is not None and since > clock.now() - LASTS


def begin_editing(contribution: Contribution, *, by: Person) -> Page:
    """Says that the person has the editor open, unless somebody else has: then the page says who. Raises NotAllowed."""
    page = page_of(contribution)
    require_writer(page, by)
    if page.editing_by_id not in (None, by.id) and is_editing(page.editing_since):
        return page
    if page.editing_by_id != by.id or not is_editing(page.editing_since):
        _hold(page, by)
    return page


def take_over(contribution: Contribution, *, by: Person) -> None:
    """The person writes on instead of whoever had the editor open, who is told; what they typed is merged when saved."""
    page = page_of(contribution)
    require_writer(page, by)
    before = page.editing_by_id
    was_there = before not in (None, by.id) and is_editing(page.editing_since)
    _hold(page, by)
    if was_there:
        record(
            "page.taken",
            thing_kind="page",
            thing_id=contribution.id,
            by=by,
            space_id=contribution.space_id,
            audience=contribution.audience,
            payload={"tell": {str(before): "page_taken"}},
        )


def stop_editing(contribution: Contribution, *, by: Person) -> None:
    """The editor is closed: saved, or left. Who may: whoever had it open; nobody else's is touched."""
    Page.objects.filter(contribution=contribution, editing_by=by).update(editing_by=None, editing_since=None)


def _hold(page: Page, by: Person) -> None:
    page.editing_by, page.editing_since = by, clock.now()
    page.save(update_fields=["editing_by", "editing_since"])
