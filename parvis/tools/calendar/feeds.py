"""Subscriptions: making a secret address, taking it back, and what it gives. Not here: the format (ical), pages (views_feeds)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from parvis.access.table import may, require
from parvis.journal.actions import record
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.spaces.models import Space
from parvis.tools.calendar import reading
from parvis.tools.calendar.ical import calendar_of
from parvis.tools.calendar.models import LONGEST, Event, Feed

if TYPE_CHECKING:
    from parvis.people.models import Person

MOST_FEEDS = 30  # of one person
MOST_EVENTS = 1000  # in one feed
BACK = timedelta(days=183)
AHEAD = timedelta(days=548)

IN_SPACE = f"""
SELECT DISTINCT o.contribution_id AS id FROM calendar_occurrence o
  JOIN spaces_spacetool t ON t.space_id = o.space_id AND t.slug = 'calendar'
WHERE o.space_id = %(space)s AND {reading.RANGE} LIMIT {MOST_EVENTS}"""
OF_MINE = f"""
SELECT DISTINCT o.contribution_id AS id FROM calendar_occurrence o
WHERE o.id IN ({reading.PICKED}) LIMIT {MOST_EVENTS}"""


def make_feed(space: Space | None, *, by: Person) -> tuple[Feed, str]:
    """A new subscription, to one community or to everything that is one's own, and its secret, told this once.

    Who may: whoever reads there. Raises NotFound, NotAllowed, Refused.
    """
    require("site.use", by=by)
    if space is not None:
        require("space.read", space, by=by)
    if Feed.objects.filter(person=by).count() >= MOST_FEEDS:
        raise Refused(_("That is a lot of subscriptions. Stop one that you no longer use."))
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.create(person=by, space=space, token_hash=_hashed(token))
    record("feed.made", thing_kind="person", thing_id=by.id, by=by, is_silent=True)
    return feed, token


def feeds_of(person: Person) -> list[Feed]:
    """One's subscriptions, newest first: none of a place that one has left, whose name isn't one's to know any more."""
    here = Q(space=None) | Q(space__in=Space.objects.readable_by(person))
    return list(Feed.objects.filter(here, person=person).select_related("space").order_by("-created_at"))


def stop_feed(feed_id: int, *, by: Person) -> None:
    """Ends one of one's own subscriptions: its address gives nothing from now on. Raises NotFound."""
    feed = Feed.objects.filter(id=feed_id, person=by).first()
    if feed is None:
        raise NotFound
    feed.delete()
    record("feed.stopped", thing_kind="person", thing_id=by.id, by=by, is_silent=True)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_feed(token: str) -> Feed:
    """The subscription of a secret, if its person may still read what it gives; asked anew at every reading.

    Raises NotFound in every other case.
    """
    feed = Feed.objects.select_related("person", "space").filter(token_hash=_hashed(token[:100])).first()
    if feed is None or not feed.person.is_active:
        raise NotFound
    if feed.space is not None and not may("space.read", feed.space, by=feed.person):
        raise NotFound
    return feed


def content_of(feed: Feed, network: str) -> tuple[bytes, str]:
    """The calendar a subscription gives, and its ETag. Events their person may not read (any more) aren't in it."""
    today = clock.today()
    given = {
        "me": feed.person_id,
        "space": feed.space_id,
        "from": today - BACK - timedelta(days=LONGEST),
        "since": today - BACK,
        "until": today + AHEAD,
    }
    rows = read(OF_MINE if feed.space_id is None else IN_SPACE, given)
    events = events_of([row.id for row in rows], feed.person)
    with translation.override(feed.person.language):
        mine = _("%(network)s: my dates") % {"network": network}
    data = calendar_of(events, name=feed.space.name if feed.space else mine)
    return data, f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def events_of(ids: list[int], person: Person) -> list[Event]:
    """These events with their texts, those that the person may read, in a lasting order. One query."""
    from parvis.contributions.models import Contribution

    readable = Contribution.objects.visible_to(person).filter(id__in=ids, state="published").values("id")
    rows = Event.objects.filter(contribution_id__in=readable)
    return list(rows.select_related("contribution__body", "contribution__author").order_by("contribution_id"))
