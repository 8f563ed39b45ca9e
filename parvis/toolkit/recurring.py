"""Opening the recurring texts that are due, each by the action of its kind. Not here: planning them
(contributions.recurring).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.recurring import Recurring, following
from parvis.journal.jobs import job
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.spaces.models import Space
    from parvis.toolkit.spec import Kind, Option


def options_in(space: Space) -> list[tuple[Kind, Option]]:
    """What may be opened again and again in a space: the options of the tools that are on. One query."""
    on = registry.slugs_on(space)
    return [
        (kind, option)
        for tool in registry.tools()
        if tool.slug in on
        for kind in tool.kinds
        for option in kind.options
    ]


@job("toolkit.open_recurring", cron="*/5 * * * *")
def open_recurring() -> None:
    """Opens what is due, once each however long nothing ran; what can't be opened is paused, and says why."""
    due = Recurring.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "author", "space"
    )
    for row in due.filter(paused_at=None, next_at__lte=clock.now())[:100]:
        with translation.override(row.author.language):
            _open(row)


def _open(row: Recurring) -> None:
    try:
        with acting(SYSTEM):  # a savepoint: one that fails leaves the others be
            row.last = _publish(row)
    except (NotAllowed, NotFound):
        _pause(row, _("%(name)s no longer hosts this community.") % {"name": row.author.display_name})
    except Refused as refusal:
        _pause(row, refusal.sentence)
    else:
        row.next_at = following(row, clock.now())
        row.save(update_fields=["last", "next_at"])


def _publish(row: Recurring) -> Contribution:
    """In its author's name, if they still host the place."""
    require("space.host", row.space, by=row.author)
    kind, option = next((pair for pair in options_in(row.space) if pair[1].slug == row.option), (None, None))
    if kind is None or option is None:
        raise Refused(_("The tool it uses has been switched off here."))
    day = formats.date_format(timezone.localdate(clock.now()), "DATE_FORMAT")
    title = row.title.replace("{date}", day) if option.title != "none" else ""
    made: Contribution = kind.publish(
        row.space,
        title=title[:200],
        body=row.body.replace("{date}", day) or row.title,
        by=row.author,
        options={"mode": option.mode},
    )
    return made


def _pause(row: Recurring, because: str) -> None:
    row.paused_at, row.paused_because = clock.now(), because[:400]
    row.save(update_fields=["paused_at", "paused_because"])
