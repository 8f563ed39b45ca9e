"""One fetch for each source, for everybody: when, how politely, what is kept, what went wrong.

Not here: the network (kernel.fetch), decoding (reading_feed), telling (alerts).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import F, Q

from parvis.contributions.texts import search_vector
from parvis.journal.jobs import enqueue
from parvis.kernel import clock, fetch
from parvis.kernel.errors import Refused
from parvis.kernel.ids import new_id
from parvis.kernel.words import fold
from parvis.tools.feeds import pictures
from parvis.tools.feeds.models import Item, Picture, Source, Subscription
from parvis.tools.feeds.reading import LETTERS
from parvis.tools.feeds.reading_feed import Entry, NotRead, Parsed, read_feed

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/html;q=0.5"
)
SPACING = 2.0  # seconds between two calls of one host
SOONEST, LATEST = 30, 24 * 60  # minutes between two calls of one source
LONGEST_WAIT = 48 * 60  # after failures
AT_ONCE = 200
KEPT = 1000  # items of one source
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|xtor|at_\w+)=[^&]*", re.I)


def fetch_due() -> int:
    """Hands the due sources that stand on a shelf to the workers; their turn is put off, so that none is asked twice."""
    now = clock.now()
    wanted = Subscription.objects.exclude(source__url__startswith=LETTERS).values("source_id")
    due = Source.objects.filter(next_at__lte=now, id__in=wanted).select_for_update(
        skip_locked=True, no_key=True
    )
    keys = list(due.order_by("next_at").values_list("id", flat=True)[:AT_ONCE])
    Source.objects.filter(id__in=keys).update(next_at=now + timedelta(hours=1))
    for key in keys:
        enqueue("feeds.fetch", source_id=key)
    return len(keys)


def fetch_source(source_id: int, *, fetcher: fetch.Fetcher | None = None) -> None:
    """Calls one source and keeps what is new; a page leads to the feed it names. Run again, it adds nothing."""
    rows = Source.objects.select_for_update(skip_locked=True, no_key=True)
    source = rows.filter(id=source_id).first()
    if source is None or source.url.startswith(LETTERS):
        return
    try:
        caller = fetcher or fetch.site_fetcher()
    except Refused:
        _note_trouble(source, "off", wait=LATEST)
        return
    try:
        _call(source, caller)
    except fetch.FetchFailed as failure:
        if failure.retry_after:
            _put_off(source, seconds=failure.retry_after)
        else:
            _note_trouble(source, {"too long": "long", "too slow": "slow"}.get(failure.reason, "fetch"))
    except NotRead as failure:
        _note_trouble(source, failure.reason)


def _call(source: Source, fetcher: fetch.Fetcher) -> None:
    """Somebody typed the address, so it may be that of a host inside which an administrator named."""
    found = fetcher.fetch(
        source.url,
        role="feed",
        accept=ACCEPT,
        etag=source.etag,
        last_modified=source.last_modified,
        spacing=SPACING,
        may_enter=True,
    )
    if found.is_unchanged:
        _note_success(source, added=0)
        return
    parsed = _read(found)
    if parsed.feeds:
        _follow(source, parsed.feeds[0], fetcher, from_inside=fetcher.is_named(found.url))
    else:
        _keep(source, found, parsed)


def _follow(source: Source, address: str, fetcher: fetch.Fetcher, *, from_inside: bool) -> None:
    """The feed that a page names takes the page's place, once it has answered; a page outside leads to nothing inside."""
    known = Source.objects.filter(url=address).exclude(id=source.id).first()
    if known is not None:
        _give_way(source, known)
        return
    if fetcher.is_named(address) and not from_inside:
        raise NotRead("page")
    source.url, source.etag, source.last_modified = address, "", ""
    source.save(update_fields=["url", "etag", "last_modified"])
    found = fetcher.fetch(address, role="feed", accept=ACCEPT, may_enter=from_inside)
    parsed = _read(found)
    if parsed.feeds:
        raise NotRead("page")
    _keep(source, found, parsed)


def _read(found: fetch.Fetched) -> Parsed:
    return read_feed(found.body, url=found.url, charset=found.charset, media_type=found.media_type)


def _keep(source: Source, found: fetch.Fetched, parsed: Parsed) -> None:
    source.etag, source.last_modified = found.etag, found.last_modified
    keep(source, parsed)


def _give_way(source: Source, known: Source) -> None:
    """The shelves of a source that turned out to be another one we have."""
    for row in Subscription.objects.filter(source=source):
        on_it = Subscription.objects.filter(source=known, person_id=row.person_id, space_id=row.space_id)
        if not on_it.exists():
            Subscription.objects.filter(id=row.id).update(source=known)
    source.delete()


def keep(source: Source, parsed: Parsed) -> list[Item]:
    """Writes a feed that was read: new items, changed ones; returns the new ones and has readers told by a job."""
    now = clock.now()
    source.title = parsed.title or source.title or urlsplit(source.url).netloc
    source.site_url, source.description = parsed.site_url or source.site_url, parsed.description
    entries = {mark_of(entry): entry for entry in reversed(parsed.entries)}
    present = dict(Item.objects.filter(source=source, mark__in=entries).values_list("mark", "digest"))
    is_first = source.fetched_at is None
    fresh = [_item(source, mark, entry, now) for mark, entry in entries.items() if mark not in present]
    Item.objects.bulk_create(fresh, ignore_conflicts=True)
    for mark, entry in entries.items():
        if mark in present and present[mark] != digest_of(entry):
            _change(source, mark, entry)
    pictures.note([(item, entries[item.mark]) for item in sorted(fresh, key=lambda item: item.at)], source)
    for item in fresh:
        Item.objects.filter(id=item.id).update(search=search_vector(item.title, item.folded))
    _note_success(source, added=len(fresh))
    if fresh and not is_first:
        enqueue("feeds.alert", items=[item.id for item in fresh[-100:]])
    return fresh


def _item(source: Source, mark: str, entry: Entry, now: datetime) -> Item:
    return Item(
        id=new_id(),
        source=source,
        mark=mark,
        twin=twin_of(entry, mark),
        digest=digest_of(entry),
        url=entry.url,
        title=entry.title,
        author=entry.author,
        excerpt=entry.text[:280],
        html=entry.html or "",
        folded=fold(f"{entry.title} {entry.text}")[:20_000],
        at=min(entry.at or now, now),
        found_at=now,
    )


def _change(source: Source, mark: str, entry: Entry) -> None:
    folded = fold(f"{entry.title} {entry.text}")[:20_000]
    Item.objects.filter(source=source, mark=mark).update(
        title=entry.title, url=entry.url, html=entry.html, excerpt=entry.text[:280], folded=folded,
        digest=digest_of(entry), search=search_vector(entry.title, folded),
    )  # fmt: skip
    item = Item.objects.get(source=source, mark=mark)
    Picture.objects.filter(item=item).delete()
    pictures.note([(item, entry)], source)


def mark_of(entry: Entry) -> str:
    """What tells an item from its source's others: its own name, else its address, else its words."""
    return _hash(entry.uid or entry.url or f"{entry.title}\n{entry.text}")


def twin_of(entry: Entry, mark: str) -> str:
    """The same for the same article wherever it comes from: its address without what tracks the reader."""
    if not entry.url:
        return mark
    parts = urlsplit(entry.url)
    query = _TRACKING.sub("", parts.query).strip("&")
    return _hash(f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{query}")


def digest_of(entry: Entry) -> str:
    """Changes when what is shown changes."""
    return _hash(f"{entry.title}\n{entry.url}\n{entry.html}\n{entry.text}\n{' '.join(entry.pictures)}")


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _note_success(source: Source, *, added: int) -> None:
    """Sooner next time when something was new, later when nothing was."""
    source.minutes = max(SOONEST, source.minutes // 2) if added else min(LATEST, source.minutes * 3 // 2)
    source.trouble, source.failures, source.fetched_at = "", 0, clock.now()
    source.next_at = source.fetched_at + timedelta(minutes=source.minutes)
    source.save()


def _note_trouble(source: Source, word: str, *, wait: int = 0) -> None:
    """Twice as long after each failure."""
    source.trouble, source.failures = word, min(source.failures + 1, 100)
    minutes = wait or min(LONGEST_WAIT, SOONEST * 2 ** min(source.failures, 10))
    source.next_at = clock.now() + timedelta(minutes=minutes)
    source.save(update_fields=["trouble", "failures", "next_at"])


def _put_off(source: Source, *, seconds: float) -> None:
    """The host has just been called for another source."""
    source.next_at = clock.now() + timedelta(seconds=seconds + 1)
    source.save(update_fields=["next_at"])


def forget_old() -> None:
    """Every night: sources on no shelf any more go; of the others the newest items stay, and those brought somewhere."""
    month = clock.now() - timedelta(days=30)
    unwanted = Source.objects.filter(created_at__lt=month).exclude(
        id__in=Subscription.objects.values("source_id")
    )
    unwanted.exclude(items__bringings__isnull=False).delete()
    for key in Source.objects.values_list("id", flat=True):
        rows = Item.objects.filter(source_id=key).order_by(F("at").desc(), F("id").desc())
        last = rows.values_list("at", flat=True)[KEPT : KEPT + 1]
        if last:
            old = Q(source_id=key, at__lt=last[0], bringings__isnull=True, found_at__lt=month)
            Item.objects.filter(old).delete()
