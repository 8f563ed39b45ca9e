"""Pictures of articles: fetched by us, made anew, served from here for a while; a reader's browser calls no other site.

Not here: finding them in the article (decoding), who may read it (reading).
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F
from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.journal.jobs import enqueue
from parvis.kernel import clock, fetch, images
from parvis.kernel.db import read
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import LocalStore
from parvis.kernel.ids import encode
from parvis.tools.feeds.decoding_places import PICTURE_PLACE
from parvis.tools.feeds.models import Item, Picture, Source
from parvis.tools.feeds.reading import READABLE

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.tools.feeds.reading_feed import Entry

SIDE = 960  # pixels, at most
SMALLEST = 24  # below, it shows nothing: a counter of readers
MOST_BYTES = 4 * 1024 * 1024  # of one as it comes
MOST_ITEMS = 20  # of one call of a source, the newest
AT_ONCE = 12  # in one job
MOST_TRIES = 3
KEPT = timedelta(days=30)
LIMITS = fetch.Limits(body=MOST_BYTES)

_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_PLACE = re.compile(rf'src="{re.escape(PICTURE_PLACE)}([0-9])"')
_ALT = re.compile(r'alt="([^"]*)"')

ONE = f"""SELECT p.sha256 FROM feeds_picture p JOIN feeds_item i ON i.id = p.item_id
WHERE p.item_id = %(id)s AND p.number = %(number)s AND p.sha256 <> '' AND ({READABLE.format(source="i.source_id")})"""


def are_on() -> bool:
    """Whether this site keeps copies of pictures at all."""
    return bool(settings.PARVIS_FETCH is True and settings.PARVIS_FEED_PICTURES is True)


def are_shown() -> bool:
    """Whether copies that are kept may be shown; the operator may stop both."""
    return bool(settings.PARVIS_FEED_PICTURES is True)


def cache() -> LocalStore:
    """Our copies: a folder of its own, which no backup needs."""
    return LocalStore(Path(settings.PARVIS_CACHE_ROOT) / "feeds")


def note(items: Sequence[tuple[Item, Entry]], source: Source) -> None:
    """Writes down what pictures new items have, and has the newest ones' fetched by a job."""
    rows = [
        Picture(item=item, number=number, address=address)
        for item, entry in items[-MOST_ITEMS:]
        for number, address in enumerate(entry.pictures)
        if address
    ]
    Picture.objects.bulk_create(rows, ignore_conflicts=True)
    if rows and are_on():
        enqueue("feeds.pictures", source_id=source.id)


def fetch_some(source_id: int, *, fetcher: fetch.Fetcher | None = None) -> None:
    """Fetches a source's missing pictures, the newest items' first, a dozen at a time; goes on in another job."""
    if not are_on() and fetcher is None:
        return
    caller = fetcher or fetch.site_fetcher()
    missing = Picture.objects.filter(item__source_id=source_id, sha256="", kept_at=None, tries__lt=MOST_TRIES)
    rows = list(missing.select_related("item__source").order_by("-item__at", "number")[: AT_ONCE + 1])
    for row in rows[:AT_ONCE]:
        Picture.objects.filter(id=row.id).update(tries=F("tries") + 1)
        _fetch_one(row, caller)
    if len(rows) > AT_ONCE:
        enqueue("feeds.pictures", source_id=source_id)


def _fetch_one(row: Picture, caller: fetch.Fetcher) -> None:
    """One that fails is tried again the next time the source has something new, three times in all."""
    try:
        found = caller.fetch(row.address, role="feed_picture", accept="image/*", limits=LIMITS)
        made = images.prepare(found.body, max_side=SIDE, format="webp")
    except Refused:
        return
    if min(made.width, made.height) < SMALLEST:
        Picture.objects.filter(id=row.id).update(kept_at=clock.now())  # looked at, and nothing to see
        return
    kept = cache().store(io.BytesIO(made.data), name="picture.webp", max_bytes=images.MAX_SOURCE_BYTES)
    Picture.objects.filter(id=row.id).update(
        sha256=kept.sha256, width=made.width, height=made.height, kept_at=clock.now()
    )


def fill(source: str, item_id: int, kept: Mapping[str, Any]) -> str:
    """An article's HTML with our copies in their places; where there is none, the words that stand for it.

    `source` is what the cleaner gave: quotes in its attributes and pointed brackets in its text are written as entities.
    """

    def put(match: re.Match[str]) -> str:
        place = _PLACE.search(match[0])
        if not match[0].startswith("<img") or place is None:
            return match[0]
        alt = _ALT.search(match[0])
        words = (alt[1] if alt else "") or html.escape(_("Picture"))
        size = kept.get(place[1])
        if size is None:
            return words if alt and alt[1] else ""
        where = f"/feeds/items/{encode(item_id)}/pictures/{place[1]}/"
        return f'<img src="{where}" alt="{words}" width="{int(size[0])}" height="{int(size[1])}" loading="lazy" decoding="async">'

    return _TAG.sub(put, source)


def answer(item_id: int, number: int, viewer: Person) -> HttpResponse:
    """Our copy, for whoever may read the item. Raises NotFound. One query."""
    rows = read(ONE, {"me": viewer.id, "id": item_id, "number": number})
    if not rows or not are_shown():
        raise NotFound
    with cache().open(rows[0].sha256) as source:
        response = HttpResponse(source.read(), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Content-Disposition"] = "inline"
    return response


def forget_old() -> None:
    """Every night: copies older than a month go, and so do those of items that are gone."""
    Picture.objects.filter(kept_at__lt=clock.now() - KEPT).exclude(sha256="").update(sha256="")
    cache().collect_garbage(Picture.objects.exclude(sha256="").values_list("sha256", flat=True))
