"""The card of a linked page: its title, a sentence, the name of the site, a picture of ours; all re-made here.

Off by default (`PARVIS_LINK_CARDS`, on top of `PARVIS_FETCH`). Not here: the fetching (`fetch.py`), which
text asks for a card, the keeping. The reader's browser never calls the page: the picture is re-encoded and
served by us.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.kernel import addresses, images
from parvis.kernel.errors import Refused
from parvis.kernel.fetch import Fetcher, FetchFailed, Limits, site_fetcher
from parvis.kernel.sandbox import DecoderFailed, run_limited

PICTURE_SIDE = 640
_PAGE_LIMITS = Limits(body=512 * 1024)
_PICTURE_LIMITS = Limits(body=5 * 1024 * 1024)
_PAGE_TYPES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class LinkCard:
    """What a card shows; plain text, to be escaped like any text. `host` says where the link leads in truth."""

    url: str
    host: str
    title: str
    description: str = ""
    site_name: str = ""
    picture: images.Prepared | None = None


def make_card(url: str, *, fetcher: Fetcher | None = None) -> LinkCard:
    """Fetch a page and return its card. `fetcher` is given by tests; the site's own is the default.

    Takes up to 20 s: call it from a job. Raises Refused when cards are switched off, and when the address
    cannot be fetched, is no page, or has no title. A picture that fails is left out.
    """
    if fetcher is None:
        if getattr(settings, "PARVIS_LINK_CARDS", False) is not True:
            raise Refused(_("Link cards are switched off on this site."))
        fetcher = site_fetcher()
    page = fetcher.fetch(
        url, role="link_card", accept="text/html, application/xhtml+xml", limits=_PAGE_LIMITS, may_cut=True
    )
    if page.media_type not in _PAGE_TYPES:
        raise Refused(_("This address is not a page we can make a card of."))
    parts = read_head(page.body, charset=page.charset)
    if not parts["title"]:
        raise Refused(_("This address is not a page we can make a card of."))
    where = addresses.parse_url(page.url, ports=fetcher.ports)
    return LinkCard(
        url=page.url,
        host=where.host,
        title=parts["title"],
        description=parts["description"],
        site_name=parts["site_name"],
        picture=_fetch_picture(where, parts["image"], fetcher),
    )


def read_head(page: bytes, *, charset: str = "") -> dict[str, str]:
    """Read title, description, site_name and image (an address) of a page, in the sandbox. Raises Refused."""
    try:
        answer = run_limited(
            "parvis.kernel.sandboxed.html_head:read",
            json.dumps({"charset": charset}).encode() + b"\n" + page,
            cpu_seconds=2,
            memory_bytes=256 * 1024 * 1024,
            seconds=10,
            output_bytes=64 * 1024,
        )
        parts = json.loads(answer)
        # The process that read the page is not believed beyond the form of its answer.
        return {part: str(parts[part])[:2048] for part in ("title", "description", "site_name", "image")}
    except (DecoderFailed, ValueError, KeyError, TypeError) as failure:
        raise Refused(_("This address is not a page we can make a card of.")) from failure


def _fetch_picture(page: addresses.Url, reference: str, fetcher: Fetcher) -> images.Prepared | None:
    """The page's picture, fetched by the same rules and re-encoded; None when anything is wrong with it."""
    if not reference:
        return None
    try:
        address = addresses.join_url(page, reference, ports=fetcher.ports)
        found = fetcher.fetch(str(address), role="link_card", accept="image/*", limits=_PICTURE_LIMITS)
        return images.prepare(found.body, max_side=PICTURE_SIDE, format="webp")
    except (addresses.BadUrl, FetchFailed, Refused):
        return None
