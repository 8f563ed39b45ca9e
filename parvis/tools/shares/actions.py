"""Showing a contribution in another community, without copying it. Not here: the original's replies, which stay there."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.actions import publish
from parvis.contributions.models import Contribution, State
from parvis.contributions.reading import find_contribution
from parvis.journal.actions import record
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode
from parvis.spaces.models import SpaceKind
from parvis.tools.shares.models import Share
from parvis.tools.shares.reading import may_all_read

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space


def share(original: Contribution, to: Space, *, comment: str = "", by: Person) -> Contribution:
    """Shows a published contribution in another community, with a word of one's own.

    Who may: whoever reads it and may post there, when everybody who belongs there may read it already: a share
    widens nothing. A share of a share shows the first original. Raises NotFound, NotAllowed, Refused.
    """
    require("contribution.share", original, by=by)
    original = _first(original, by)
    require("space.post", to, by=by)
    locked = Contribution.objects.select_for_update(of=("self",)).get(id=original.id)
    if locked.state != State.PUBLISHED:
        raise Refused(_("Only what is published can be shared."))
    if to.kind != SpaceKind.COMMUNITY:
        raise Refused(_("Choose one of your communities."), field="space")
    if to.id == locked.space_id:
        raise Refused(_("It is already there: choose another community."), field="space")
    if not may_all_read(locked, to):
        raise Refused(
            _("Some members of %(space)s may not read it, so it can't be shared there.") % {"space": to.name},
            field="space",
        )
    if Share.objects.filter(
        original=locked, contribution__space=to, contribution__state=State.PUBLISHED
    ).exists():
        raise Refused(_("It has been shared in %(space)s already.") % {"space": to.name}, field="space")
    shown = publish(
        "share",
        to,
        title="",
        body=comment,
        by=by,
        needs_title=False,
        may_be_empty=True,
        are_replies_open=False,
        card={"shared": locked.id},
    )
    Share.objects.create(contribution=shown, original=locked)
    mark_shared(locked)
    record(
        "share.made",
        thing_kind="share",
        thing_id=shown.id,
        by=by,
        space_id=to.id,
        audience=shown.audience,
        payload={"original": locked.id, "tell": {str(locked.author_id): "shared"}},
    )
    return shown


def mark_shared(original: Contribution) -> None:
    """Notes on the original that shares of it exist, so that its page asks for them; its version stays."""
    if not original.card.get("is_shared"):
        original.card = {**original.card, "is_shared": True}
        original.save(update_fields=["card"])


def _first(original: Contribution, by: Person) -> Contribution:
    key = original.card.get("shared")
    return find_contribution(key, by) if key else original


def publish_share(
    space: Space,
    *,
    body: str,
    by: Person,
    title: str = "",
    options: dict[str, Any] | None = None,
    at: datetime | None = None,
    is_draft: bool = False,
    tags: list[str] | None = None,
) -> Contribution:
    """The kind's common entry: options["original"] is the key of what is shared. There are no drafts of shares."""
    with suppress(ValueError):
        return share(
            find_contribution(decode(str((options or {}).get("original", ""))), by),
            space,
            comment=body,
            by=by,
        )
    raise NotFound


def draft_share(
    space: Space, *, title: str, body: str, options: dict[str, Any], by: Person, at: Any = None
) -> Contribution:
    """Refuses: a share is made at once, or not at all."""
    raise Refused(_("A share can't be kept as a draft."))
