"""Writes on shelves and marks: add, remove, mute, read, watch a word. Not here: bringing (bringing), fetching.

No write here is recorded as anybody's activity: what one reads, and what comes in by itself, is nobody's doing.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.journal.jobs import enqueue
from parvis.kernel import addresses, clock, fetch
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.words import fold
from parvis.tools.feeds import at_home
from parvis.tools.feeds.models import Item, Letterbox, Mark, ReadUntil, Source, Subscription, Word
from parvis.tools.feeds.reading import find_item, shelf_sources

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

MOST_SOURCES = 300  # on one shelf
MOST_WORDS = 50


def require_shelf(space: Space | None, by: Person) -> None:
    """Everybody keeps their own shelf, hosts their community's. Raises NotAllowed, NotFound."""
    if space is None:
        require("site.use", by=by)
    else:
        require("feeds.curate", space, by=by)


def add_source(typed: str, space: Space | None = None, *, by: Person) -> Source:
    """Puts a feed, or the feed of a site, on one's own shelf or a community's; a job fetches it.

    Who may: everybody for themselves, hosts for their community. Raises Refused, NotAllowed, NotFound.
    """
    require_shelf(space, by)
    url = checked_url(typed)
    if Subscription.objects.filter(**shelf_of(space, by)).count() >= MOST_SOURCES:
        raise Refused(_("This shelf is full: take a feed off first."), field="url")
    source, is_new = Source.objects.get_or_create(
        url=url, defaults={"next_at": clock.now() + timedelta(hours=1)}
    )
    _row, is_added = Subscription.objects.get_or_create(source=source, **shelf_of(space, by))
    if not is_added:
        raise Refused(_("This feed is on the shelf already."), field="url")
    if is_new:
        enqueue("feeds.fetch", source_id=source.id)
    return source


def shelf_of(space: Space | None, by: Person) -> dict[str, Any]:
    """The shelf as a subscription's columns."""
    return {"person": by, "space": None} if space is None else {"space": space, "person": None}


def checked_url(typed: str) -> str:
    """The address as we call it; without a scheme it is taken as https. Raises Refused."""
    text = typed.strip().removeprefix("feed:").removeprefix("//")
    if "://" not in text:
        text = f"https://{text}"
    try:
        return str(fetch.parse_typed(text[:3000]))
    except addresses.BadUrl:
        raise Refused(
            _("This isn't an address we can call: it looks like https://example.org."), field="url"
        ) from None


def remove_source(source_id: int, space: Space | None = None, *, by: Person) -> None:
    """Takes a feed off a shelf. Raises NotFound."""
    require_shelf(space, by)
    gone, _each = Subscription.objects.filter(source_id=source_id, **shelf_of(space, by)).delete()
    if not gone:
        raise NotFound
    Letterbox.objects.filter(source_id=source_id, source__subscriptions=None).delete()
    if space is None and by.stream_tools:
        at_home.note_choice(by)


def mute_source(source_id: int, is_muted: bool, *, by: Person) -> None:
    """Keeps a feed on one's shelf without showing it among the rest. Raises NotFound."""
    require("site.use", by=by)
    if not Subscription.objects.filter(source_id=source_id, person=by).update(is_muted=is_muted):
        raise NotFound


def ask_again(source_id: int, space: Space | None = None, *, by: Person) -> None:
    """Has a feed in trouble called at the next round rather than at its own time. Raises NotFound."""
    require_shelf(space, by)
    if not Subscription.objects.filter(source_id=source_id, **shelf_of(space, by)).exists():
        raise NotFound
    Source.objects.filter(id=source_id).exclude(trouble="").update(next_at=clock.now())


def import_sources(urls: list[str], space: Space | None = None, *, by: Person) -> tuple[int, int]:
    """Adds the feeds of a list; returns how many were added, and how many were here already or can't be called."""
    added = left = 0
    for url in urls[:MOST_SOURCES]:
        try:
            add_source(url, space, by=by)
            added += 1
        except Refused:
            left += 1
    return added, left


def read_item(item_id: int, *, by: Person, is_read: bool = True) -> Item:
    """Marks an item as read or not. Raises NotFound for one that isn't the reader's to see."""
    item = find_item(item_id, by)
    if is_read:
        Mark.objects.get_or_create(item=item, person=by)
    else:
        Mark.objects.filter(item=item, person=by).delete()
        _keep_unread(item, by)
    return item


def note_opened(row: Any, *, by: Person) -> None:
    """Marks an item as read by who has it before them (a row of `reading.read_one`, which asked their right). One statement."""
    Mark.objects.bulk_create([Mark(item_id=row.id, person=by)], ignore_conflicts=True)


def _keep_unread(item: Item, by: Person) -> None:
    """Where everything found by then was read, the others stay so: those found since are marked one by one."""
    row = ReadUntil.objects.filter(source_id=item.source_id, person=by, until__gte=item.found_at).first()
    if row is None:
        return
    since = Item.objects.filter(source_id=item.source_id, found_at__range=(item.found_at, row.until))
    keys = since.exclude(id=item.id).values_list("id", flat=True)
    Mark.objects.bulk_create([Mark(item_id=key, person=by) for key in keys], ignore_conflicts=True)
    row.until = item.found_at - timedelta(microseconds=1)
    row.save(update_fields=["until"])


def read_all(space: Space | None = None, *, by: Person) -> None:
    """Everything on this shelf, or on all of one's shelves, is read."""
    require("site.use", by=by) if space is None else require("space.read", space, by=by)
    now = clock.now()
    keys = shelf_sources(by, space) if space else shelf_sources(by, everywhere=True)
    rows = [ReadUntil(source_id=key, person=by, until=now) for key in keys]
    ReadUntil.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "source"], update_fields=["until"]
    )


def add_word(typed: str, *, is_mute: bool, by: Person) -> Word:
    """A word to be told of, or never to see, in one's feeds. Raises Refused."""
    require("site.use", by=by)
    text = " ".join(typed.split())[:80]
    folded = " ".join(re.findall(r"\w+", fold(text)))
    if len(folded) < 3:
        raise Refused(_("Write a word of three letters or more."), field="word")
    if Word.objects.filter(person=by).count() >= MOST_WORDS:
        raise Refused(_("That is many words already: take one away first."), field="word")
    word, _new = Word.objects.update_or_create(
        person=by, folded=folded[:80], defaults={"text": text, "is_mute": is_mute}
    )
    return word


def remove_word(word_id: int, *, by: Person) -> None:
    """Raises NotFound."""
    require("site.use", by=by)
    gone, _each = Word.objects.filter(id=word_id, person=by).delete()
    if not gone:
        raise NotFound
