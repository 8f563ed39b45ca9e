"""A person's marks on what they read: reactions, bookmarks, follows, read position, pins, reports.

Not here: texts and replies. Reading marks are private: no activity is recorded for them.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions.marks import REACTIONS, Bookmark, Follow, Pin, Reaction, Report, TagFollow
from parvis.contributions.models import Contribution, Reply
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import Refused
from parvis.kernel.words import fold
from parvis.spaces.models import Level

if TYPE_CHECKING:
    from parvis.people.models import Person


def react(contribution: Contribution, name: str, *, by: Person, reply: Reply | None = None) -> str:
    """Sets, changes or (same name again) takes back one's reaction; returns the name now set, or "".

    Who may: whoever reads it. Raises Refused for a reaction that doesn't exist.
    """
    require("contribution.react", contribution, by=by)
    if name not in REACTIONS:
        raise Refused(_("Choose one of the six reactions."))
    target = _lock(contribution, reply)
    rows = Reaction.objects.filter(contribution=contribution, reply=reply, person=by)
    before = rows.values_list("name", flat=True).first()
    if before == name:
        rows.delete()
        now_set = ""
    elif before:
        rows.update(name=name)
        now_set = name
    else:
        Reaction.objects.create(
            contribution=contribution,
            reply=reply,
            person=by,
            name=name,
            space_id=contribution.space_id,
            audience=contribution.audience,
        )
        now_set = name
        record(
            f"{contribution.kind}.reacted",
            thing_kind="reply" if reply else contribution.kind,
            thing_id=reply.id if reply else contribution.id,
            by=by,
            space_id=contribution.space_id,
            audience=contribution.audience,
            payload={"contribution": contribution.id},
        )
    counts = Counter(target.reaction_counts)
    counts.subtract([before] if before else [])
    counts.update([now_set] if now_set else [])
    target.reaction_counts = {key: counts[key] for key in REACTIONS if counts[key] > 0}
    target.save(update_fields=["reaction_counts"])
    (reply or contribution).reaction_counts = target.reaction_counts
    return now_set


def _lock(contribution: Contribution, reply: Reply | None) -> Contribution | Reply:
    if reply is not None:
        return Reply.objects.select_for_update(of=("self",)).get(id=reply.id, contribution_id=contribution.id)
    return Contribution.objects.select_for_update(of=("self",)).get(id=contribution.id)


def bookmark(contribution: Contribution, *, by: Person, on: bool = True) -> None:
    """Puts a contribution aside for oneself, or takes it back."""
    require("contribution.mark", contribution, by=by)
    if on:
        Bookmark.objects.get_or_create(person=by, contribution=contribution)
    else:
        Bookmark.objects.filter(person=by, contribution=contribution).delete()


def follow(contribution: Contribution, level: int, *, by: Person) -> None:
    """Says how closely one follows a thread: muted, normal or following."""
    require("contribution.mark", contribution, by=by)
    if level not in Level.values:
        raise Refused(_("Choose muted, normal or following."))
    Follow.objects.update_or_create(person=by, contribution=contribution, defaults={"level": level})


def follow_tag(word: str, *, by: Person, on: bool = True) -> None:
    """Follows a tag, or stops."""
    require("site.use", by=by)
    folded = fold(word)[:60]
    if not folded:
        raise Refused(_("Which tag?"))
    if on:
        TagFollow.objects.get_or_create(person=by, word=folded)
    else:
        TagFollow.objects.filter(person=by, word=folded).delete()


def mark_read(contribution: Contribution, until: datetime, *, by: Person) -> None:
    """Remembers how far a person has read a thread, and clears the notices that speak of it."""
    read(
        "INSERT INTO contributions_readmark (person_id, contribution_id, read_until) VALUES (%s, %s, %s) "
        "ON CONFLICT (person_id, contribution_id) DO UPDATE SET read_until = greatest(excluded.read_until, "
        "contributions_readmark.read_until)",
        [by.id, contribution.id, until],
    )


def pin(
    contribution: Contribution, *, by: Person, until: datetime | None = None, is_start_here: bool = False
) -> Pin:
    """A host keeps a contribution on top of its community, until a date; one may be the "start here"."""
    require("contribution.pin", contribution, by=by)
    if until is not None and until <= clock.now():
        raise Refused(_("Choose a date to come."), field="until")
    if is_start_here:
        Pin.objects.filter(space_id=contribution.space_id, is_start_here=True).exclude(
            contribution=contribution
        ).update(is_start_here=False)
    row, _created = Pin.objects.update_or_create(
        contribution=contribution,
        defaults={
            "space_id": contribution.space_id,
            "audience": contribution.audience,
            "until": until,
            "is_start_here": is_start_here,
            "pinned_by": by,
        },
    )
    record(
        f"{contribution.kind}.pinned",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
    )
    return row


def unpin(contribution: Contribution, *, by: Person) -> None:
    """A host takes a contribution down from the top."""
    require("contribution.pin", contribution, by=by)
    contribution.pins.all().delete()


def report(contribution: Contribution, *, reason: str, by: Person, reply: Reply | None = None) -> Report:
    """Asks the hosts to look at something; they are told who asks, its author isn't."""
    require("contribution.report", contribution, by=by)
    if not reason.strip():
        raise Refused(_("Say in a sentence what worries you."), field="reason")
    row = Report.objects.create(
        contribution=contribution,
        reply=reply,
        reporter=by,
        reason=reason.strip()[:400],
        space_id=contribution.space_id,
        audience=contribution.audience,
    )
    record(
        f"{contribution.kind}.reported",
        thing_kind=contribution.kind,
        thing_id=contribution.id,
        by=by,
        space_id=contribution.space_id,
        audience=contribution.audience,
    )
    return row


def close_report(row: Report, *, by: Person) -> None:
    """A host has looked at a report."""
    require("contribution.hide", row.contribution, by=by)
    row.handled_at, row.handled_by = clock.now(), by
    row.save(update_fields=["handled_at", "handled_by"])
