"""Newsletters that have no feed: a secret address for each, and the letters that come there as articles.

Not here: how letters get in (toolkit.mailroom), the shelves (actions). Whether the sender is who it says (SPF, DKIM) is
for the mail server before us; we believe none of it, and the page says so.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode, new_id
from parvis.kernel.sandbox import DecoderFailed, run_limited
from parvis.toolkit import mailroom
from parvis.toolkit.mailroom import Undelivered
from parvis.tools.feeds import fetching
from parvis.tools.feeds.actions import MOST_SOURCES, require_shelf, shelf_of
from parvis.tools.feeds.models import Item, Letterbox, Source, Subscription
from parvis.tools.feeds.reading import LETTERS, shelf_sources
from parvis.tools.feeds.reading_feed import Parsed, checked_entry

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

A_DAY = 40  # letters at one address


def are_on() -> bool:
    """Whether mail reaches this site at all."""
    return bool(mailroom.domain())


def open_box(typed: str, space: Space | None = None, *, by: Person) -> str:
    """A new source on a shelf for a newsletter of this name; returns its secret address, told this once.

    Who may: everybody for themselves, hosts for their community. Raises Refused, NotAllowed, NotFound.
    """
    require_shelf(space, by)
    if not are_on():
        raise NotFound
    title = " ".join(typed.split())[:200]
    if not title:
        raise Refused(_("Give the newsletter a name."), field="name")
    if len(shelf_sources(by, space)) >= MOST_SOURCES:
        raise Refused(_("This shelf is full: take a feed off first."), field="name")
    key = new_id()
    source = Source.objects.create(id=key, url=f"{LETTERS}{encode(key)}", title=title, fetched_at=clock.now())
    Subscription.objects.create(source=source, **shelf_of(space, by))
    return _new_address(source)


def renew(source_id: int, space: Space | None = None, *, by: Person) -> str:
    """Another secret address; the one before receives nothing any more. Raises NotFound."""
    source = _own_source(source_id, space, by)
    Letterbox.objects.filter(source=source).delete()
    return _new_address(source)


def close(source_id: int, space: Space | None = None, *, by: Person) -> None:
    """Ends the address; what came stays on the shelf. Raises NotFound."""
    source = _own_source(source_id, space, by)
    Letterbox.objects.filter(source=source).delete()


def _own_source(source_id: int, space: Space | None, by: Person) -> Source:
    require_shelf(space, by)
    found = Subscription.objects.filter(
        source_id=source_id, source__url__startswith=LETTERS, **shelf_of(space, by)
    )
    row = found.select_related("source").first()
    if row is None or not are_on():
        raise NotFound
    return row.source


def _new_address(source: Source) -> str:
    token = secrets.token_hex(12)
    Letterbox.objects.create(source=source, token_hash=_hashed(token))
    return mailroom.address_of("feeds", token)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def take(token: str, letter: bytes | None) -> None:
    """A letter becomes an article of its source; answers of machines are taken and forgotten. Raises Undelivered.

    Without a letter it only says whether one would be.
    """
    box = (
        Letterbox.objects.select_related("source")
        .select_for_update(of=["self"])
        .filter(token_hash=_hashed(token))
        .first()
    )
    if box is None:
        raise Undelivered("unknown")
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if Item.objects.filter(source=box.source, found_at__gte=midnight).count() >= A_DAY:
        raise Undelivered("full")
    if letter is None:
        return
    found = _read(letter)
    if "ignored" in found:
        return
    try:
        entry = checked_entry(found["item"])
    except (KeyError, TypeError, AttributeError) as failure:
        raise Undelivered("unreadable") from failure
    fetching.keep(box.source, Parsed(entries=[entry]))
    Letterbox.objects.filter(id=box.id).update(last_at=clock.now())


def _read(letter: bytes) -> dict[str, Any]:
    try:
        answer = run_limited(
            "parvis.tools.feeds.decoding_letter:decode_letter", letter, cpu_seconds=3, memory_bytes=512 * 1024 * 1024,
            seconds=15, output_bytes=4 * 1024 * 1024,
        )  # fmt: skip
        found = json.loads(answer)
    except (DecoderFailed, ValueError) as failure:
        raise Undelivered("unreadable") from failure
    if not isinstance(found, dict):
        raise Undelivered("unreadable")
    return found
