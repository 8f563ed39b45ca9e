"""Taking replies from one contribution to another, with all that hangs on them. Not here: moving a whole contribution
(contributions.actions.move), opening the one they go to (tools).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions import entries
from parvis.contributions.kinds import reply_gone
from parvis.contributions.marks import Attachment, Mention, Reaction, Report, Revision, Total
from parvis.contributions.models import Contribution, Reply, ReplyState
from parvis.journal.actions import record
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.people.models import Person

HANGING = (Reaction, Mention, Attachment, Revision, Report, Total)


def move_replies(origin: Contribution, chosen: Iterable[int], to: Contribution, *, by: Person) -> list[Reply]:
    """Moves replies (and what was answered to them) under another contribution, keeping keys, authors and dates.

    Who may: a host of the place they leave who may also answer where they go. An answer taken without the reply
    it stands under becomes a first-level one. Both counts stay true: both rows are locked, smaller key first.
    Raises Refused when none of the keys is a reply of `origin`.
    """
    require("contribution.move", origin, by=by)
    require("contribution.reply", to, by=by)
    list(
        Contribution.objects.select_for_update(of=("self",)).filter(id__in=[origin.id, to.id]).order_by("id")
    )
    keys = set(chosen)
    rows = list(origin.replies.filter(id__in=keys) | origin.replies.filter(parent_id__in=keys))
    if not rows:
        raise Refused(_("Choose at least one reply."), field="reply")
    moved = {row.id for row in rows}
    place = {"contribution": to, "space_id": to.space_id, "audience": to.audience}
    Reply.objects.filter(id__in=moved).exclude(parent_id__in=moved).update(parent=None)
    Reply.objects.filter(id__in=moved).update(version=F("version") + 1, **place)
    for model in HANGING:
        model.objects.filter(reply_id__in=moved).update(**place)
    entries.index_replies(moved)
    _keep_counts(origin, to)
    for row in rows:
        reply_gone(origin.kind, row)
    record(
        f"{origin.kind}.split",
        thing_kind=to.kind,
        thing_id=to.id,
        by=by,
        space_id=to.space_id,
        audience=to.audience,
        payload={"from": origin.id, "replies": sorted(moved)},
    )
    return rows


def _keep_counts(*contributions: Contribution) -> None:
    for contribution in contributions:
        contribution.reply_count = contribution.replies.filter(state=ReplyState.PUBLISHED).count()
        contribution.save(update_fields=["reply_count"])
