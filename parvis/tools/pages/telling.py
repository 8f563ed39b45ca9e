"""Who learns that a page has changed, and when: once they are shown it. Not here: the words of it (tool)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.approvals.models import Review, State
from parvis.approvals.reading import approved_number, who_see_work
from parvis.contributions.marks import Follow
from parvis.journal.actions import record
from parvis.spaces.models import Level
from parvis.tools.pages import approving
from parvis.tools.pages.versions import find_version

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.kernel.db import HasId
    from parvis.tools.pages.models import Version


def tell_written(contribution: Contribution, version: Version, *, by: HasId) -> None:
    """Tells those who follow the page of its new version: where an approved one stays shown, only who sees the work."""
    told = followers(contribution) - {by.id}
    if told and approved_number(contribution.id) is not None and approving.is_work(contribution, version):
        told &= who_see_work(contribution, told)
    _tell(contribution, told, by=by)


def approved(contribution: Contribution) -> None:
    """Readers are now shown another version: the spine says it, and who was told nothing of the work learns of it."""
    approving.settled(contribution)
    number = approved_number(contribution.id)
    # Before a first approval everybody was shown the last version: they were told as it was written.
    if number is None or not Review.objects.filter(contribution=contribution, state=State.FORMER).exists():
        return
    version = find_version(contribution, number)
    told = followers(contribution) - {version.author_id}
    _tell(contribution, told - who_see_work(contribution, told), by=version.author)


def followers(contribution: Contribution) -> set[int]:
    """Those who follow the page, and whoever began it; muted ones don't. One query."""
    levels = dict(Follow.objects.filter(contribution=contribution).values_list("person_id", "level"))
    told = {key for key, level in levels.items() if level == Level.FOLLOWING}
    return told if levels.get(contribution.author_id) == Level.MUTED else told | {contribution.author_id}


def _tell(contribution: Contribution, told: set[int], *, by: HasId) -> None:
    if told and contribution.is_published:
        note(contribution, "changed", by=by, tell={str(key): "page_changed" for key in sorted(told)})


def note(contribution: Contribution, verb: str, *, by: HasId, tell: dict[str, str] | None = None) -> None:
    """Records one fact about a page, and whom it concerns."""
    record(
        f"page.{verb}",
        thing_kind="page",
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
        payload={"tell": tell} if tell else {},
        is_silent=not tell,
    )
