"""Finding a page of every type by following a site's own links, as a signed-in person would.

Not here: what is done with the pages (screenshots, tests of accessibility).
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import APIRequestContext, Page

LINK = re.compile(r"<a\s[^>]*?href=\"([^\"#]+)", re.IGNORECASE)
# Files, feeds and exports are no pages; leaving and one-time links would end the visit.
SKIPPED = re.compile(r"^/(static|files|media)/|logout|/export|\.(csv|zip|xml|ics|json|txt)$|/accounts/link/.")
# A few pages of each type are read, to show a full one; where one of them is empty, that is a state to show too.
ENOUGH_OF_A_TYPE = 12
EMPTY_PLACE = 'class="empty"'
EMPTY = "-empty"


@dataclass(frozen=True)
class Found:
    """A page: the name of its type, and one address of it."""

    kind: str
    path: str


def sign_in(page: Page, link: str) -> None:
    """Follows a one-time link and presses its button; the page's browser profile is then signed in. RuntimeError if it is over."""
    page.goto(link)
    page.locator("main form[method=post] button[type=submit], main form[method=post] button").first.click()
    page.wait_for_load_state("load")
    if "/accounts/" in page.url:
        raise RuntimeError(f"{link} opens nothing any more: start the demonstration again for new links")


def kind_of(path: str) -> str | None:
    """The name of the page type behind an address, by the site's own routes; None for none."""
    from django.urls import Resolver404, resolve

    try:
        match = resolve(path)
    except Resolver404:
        return None
    return (match.view_name or match.route).replace(":", "-").replace("/", "-").strip("-")


def find_pages(
    request: APIRequestContext, base: str, *, start: str = "/", limit: int = 2000
) -> Iterator[Found]:
    """Every type of page that can be reached by links: the fullest found of it, and an empty one (`…-empty`)."""
    shown: dict[str, tuple[tuple[bool, bool, int], Found]] = {}
    for kind, path, html in read_pages(request, base, start, limit):
        size = fullness(html, path)
        if kind not in shown or size > shown[kind][0]:
            shown[kind] = (size, Found(kind, path))
        if EMPTY_PLACE in html:
            shown.setdefault(kind + EMPTY, (size, Found(kind + EMPTY, path)))
    for kind, (_, found) in shown.items():
        if not kind.endswith(EMPTY) or shown[kind.removesuffix(EMPTY)][1].path != found.path:
            yield found


def read_pages(
    request: APIRequestContext, base: str, start: str, limit: int
) -> Iterator[tuple[str, str, str]]:
    """Pages in the order of the links that lead to them: name of the type, address, markup."""
    waiting, known, tried = deque([start]), {start}, Counter[str]()
    while waiting and sum(tried.values()) < limit:
        path = waiting.popleft()
        kind = kind_of(urlsplit(path).path)
        if kind is None or tried[kind] >= ENOUGH_OF_A_TYPE:
            continue
        tried[kind] += 1
        answer = request.get(base + path)
        if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        # Where one is sent on to something else (the door, say), that is what one sees.
        seen = urlsplit(answer.url)
        html = answer.text()
        shown = kind_of(seen.path)
        if shown is not None:
            yield shown, seen.path + (f"?{seen.query}" if seen.query else ""), html
        for link in internal_links(html, base, answer.url):
            if link not in known:
                known.add(link)
                waiting.append(link)


def fullness(html: str, path: str = "/") -> tuple[bool, bool, int]:
    """How well a page shows its type: not an empty one, not a filtered one, then the longer main part."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return EMPTY_PLACE not in main, "?" not in path, len(main)


def internal_links(html: str, base: str, here: str) -> Iterator[str]:
    """The addresses on this site that a page links to, without their fragments."""
    for href in LINK.findall(html):
        parts = urlsplit(urljoin(here, unescape(href)))
        if f"{parts.scheme}://{parts.netloc}" == base and not SKIPPED.search(parts.path):
            yield parts.path + (f"?{parts.query}" if parts.query else "")
