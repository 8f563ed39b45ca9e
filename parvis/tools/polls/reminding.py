"""Reminding of a poll before it closes, once, those who follow it or its place and haven't voted. Not here: closing (actions)."""

from __future__ import annotations

from datetime import datetime, timedelta

from parvis.ballots.boxes import locked_box
from parvis.ballots.models import Box, Participation
from parvis.contributions.marks import Follow, Mention
from parvis.contributions.models import Contribution, State
from parvis.kernel import clock
from parvis.kernel.db import SYSTEM
from parvis.spaces.models import Level, Membership, Subscription
from parvis.tools.polls.actions import lock_poll, note
from parvis.tools.polls.models import Poll

AHEAD = timedelta(days=1)
SHORTEST = timedelta(hours=3)  # a poll that lasts less needs no reminder: people have just been told of it
AT_ONCE = 100


def remind_due() -> int:
    """Tells those concerned of the polls that close soon; called by a job. Run again, it tells nobody twice."""
    now = clock.now()
    soon = Box.objects.filter(closed_at=None, closes_at__gt=now, closes_at__lte=now + AHEAD)
    soon = soon.filter(contribution__poll__reminded_at=None, contribution__state=State.PUBLISHED)
    rows = soon.filter(contribution__space__archived_at=None).select_related("contribution__space")
    return sum(_remind(box) for box in rows.order_by("closes_at")[:AT_ONCE])


def remind_from(box: Box) -> datetime | None:
    """The moment from which people are reminded: a day before, or for the last third of a short poll; None for no reminder."""
    begun, closes = box.contribution.published_at, box.closes_at
    if begun is None or closes is None or closes - begun < SHORTEST:
        return None
    return closes - min(AHEAD, (closes - begun) / 3)


def _remind(box: Box) -> int:
    at = remind_from(box)
    if at is None or at > clock.now():
        return 0
    contribution = box.contribution
    lock_poll(contribution)
    poll = Poll.objects.get(contribution=contribution)
    if poll.reminded_at is not None or locked_box(contribution).closed_at is not None:
        return 0
    poll.reminded_at = clock.now()
    poll.save(update_fields=["reminded_at"])
    tell = {str(key): "vote_closing" for key in sorted(whom(contribution))}
    if tell:
        note(contribution, "closing", by=SYSTEM, contribution=contribution.id, tell=tell)
    return 1


def whom(contribution: Contribution) -> set[int]:
    """Who follows the poll, what holds it or its place, or is named in it, may vote, and hasn't; none who muted one."""
    things = [key for key in (contribution.id, contribution.part_of_id) if key is not None]
    marks = [*Follow.objects.filter(contribution_id__in=things).values_list("person_id", "level")]
    marks += Subscription.objects.filter(space=contribution.space_id).values_list("person_id", "level")
    named = Mention.objects.filter(contribution_id__in=things, reply=None).values_list("person_id", flat=True)
    found = {key for key, level in marks if level == Level.FOLLOWING} | {*named}
    found -= {key for key, level in marks if level == Level.MUTED} | {contribution.author_id}
    if not contribution.space.is_personal:
        here = Membership.objects.filter(space=contribution.space_id, person_id__in=found)
        found &= {*here.values_list("person_id", flat=True)}
    voted = Participation.objects.filter(box_id=contribution.id, person_id__in=found)
    return found - {*voted.values_list("person_id", flat=True)}
