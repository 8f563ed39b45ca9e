"""Reads a feed, or finds the feeds that a page names. Runs only in the sandbox, never in the site's own process.

The payload is a line of JSON ({"url", "charset", "type"}) and the bytes; the answer is JSON. Not here: fetching,
keeping, and believing the answer (fetching.py checks it again).
"""

from __future__ import annotations

import calendar
import codecs
import html
import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import feedparser

from parvis.kernel import sanitise
from parvis.kernel.sandbox_child import Declined
from parvis.tools.feeds.decoding_places import MOST_PICTURES, PICTURE_PLACE

MOST_ITEMS = 300
MOST_HTML = 200_000  # characters of one item that are cleaned; a longer one keeps its text
MOST_TEXT = 20_000
MOST_DEPTH = 100
MOST_LINKS = 12

# Once the walls stand no file can be opened: every decoder of characters is loaded before.
for _name in [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "ascii",
    "latin-1",
    "iso8859-2",
    "iso8859-5",
    "iso8859-7",
    "iso8859-9",
    "iso8859-15",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1256",
    "koi8-r",
    "gb2312",
    "gbk",
    "gb18030",
    "big5",
    "euc-jp",
    "shift_jis",
    "iso2022_jp",
    "euc-kr",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
    "mac-roman",
    "cp437",
]:
    codecs.lookup(_name)
feedparser.parse(
    io.BytesIO(b"<rss version='2.0'><channel><title>a</title></channel></rss>")
)  # what it loads late

_FEED = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:rss|feed|RDF|channel)[\s>]", re.I)
_PAGE = re.compile(rb"<(?:!doctype html|html|head|body|meta|link)[\s>]", re.I)
_SKIPPED = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?.*?\?>", re.S)
_TAG = re.compile(rb"<(/?)[a-zA-Z_][^<>]*?(/?)>")
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>", re.I)
_TRACKER = re.compile(r"<img\b[^<>]*\b(?:width|height)\s*=\s*[\"']?[0-3](?:px)?(?![0-9])[^<>]*>", re.I)
_LONE = re.compile(r"<(?:br|p|li|img|hr|td|tr|th|input|wbr|source|embed|meta|link)\b|.*/>$", re.I | re.S)
_MARKUP = re.compile(r"<[^<>]*>")
_SILENT = re.compile(r"<(script|style)\b[^<>]*>[^<]*</\1\s*>", re.I)
_OWN_PATH = re.compile(r'href="(/[^"]*)"')


def decode(payload: bytes) -> bytes:
    """A feed as {"title", "site_url", "description", "items"}, or a page as {"feeds": [address, …]}. Raises Declined."""
    head, _, body = payload.partition(b"\n")
    given = json.loads(head)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = re.sub(rb"^\s*<\?xml.*?\?>", b"", body.decode("utf-16", "replace").encode())
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:20_000]
    if start[:1] == b"{":
        answer = _read_json(body, given["url"])
    elif _FEED.search(start):
        answer = _read_xml(body, given)
    elif _PAGE.search(start):
        answer = {"feeds": _find_links(body, given)}
        if not answer["feeds"]:
            raise Declined("page")
    else:
        raise Declined("unrecognized")
    return json.dumps(answer).encode()


def decode_opml(payload: bytes) -> bytes:
    """The feeds of an outline, folders unfolded: a list of [address, title]. Raises Declined."""
    if b"<!ENTITY" in payload[:200_000].upper():
        raise Declined("entities")
    _check_depth(payload)
    try:
        root = ElementTree.fromstring(payload)
    except ElementTree.ParseError:
        raise Declined("unrecognized") from None
    rows = [
        [
            str(one.get("xmlUrl") or one.get("xmlurl") or "")[:2000],
            str(one.get("title") or one.get("text") or "")[:200],
        ]
        for one in root.iter("outline")
    ]
    return json.dumps([row for row in rows if row[0]][:1000]).encode()


def _read_xml(body: bytes, given: dict[str, str]) -> dict[str, Any]:
    """Any RSS or Atom, what is malformed included; what is made to hurt is refused before the parser sees it."""
    if b"<!ENTITY" in body[:200_000].upper():
        raise Declined("entities")
    _check_depth(body)
    ends = [match.end() for match in _END.finditer(body)]
    if len(ends) > MOST_ITEMS:
        # Both ends of it: most feeds begin with what is new, some end with it.
        half = MOST_ITEMS // 2
        body = body[: ends[half - 1]] + body[ends[-half - 1] :]
    charset = given.get("charset") or ""
    headers = (
        {"content-type": f"{given.get('type') or 'application/xml'}; charset={charset}"} if charset else {}
    )
    found = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not found.entries and not (found.get("version") and found.feed.get("title")):
        raise Declined("unrecognized")
    base = str(found.feed.get("link") or given["url"])
    return {
        "title": _plain(found.feed.get("title"), 200),
        "site_url": _address(found.feed.get("link"), given["url"]),
        "description": _plain(found.feed.get("subtitle"), 400),
        "items": [_xml_item(entry, base) for entry in found.entries[:MOST_ITEMS]],
    }


def _check_depth(body: bytes) -> None:
    """Refuses nesting: a parser's time grows with its square. Linear, and blind to texts and comments."""
    depth = 0
    for closing, alone in _TAG.findall(_SKIPPED.sub(b"", body)):
        depth += 0 if alone else -1 if closing else 1
        if depth > MOST_DEPTH:
            raise Declined("nested")


def _xml_item(entry: Any, base: str) -> dict[str, Any]:
    contents = entry.get("content") or []
    source = next((str(one.get("value") or "") for one in contents if one.get("value")), "")
    link = _address(entry.get("link"), base)
    when = entry.get("published_parsed") or entry.get("updated_parsed") or entry.get("created_parsed")
    return make_item(
        uid=str(entry.get("id") or ""),
        url=link,
        title=entry.get("title"),
        author=entry.get("author"),
        source=source or str(entry.get("summary") or ""),
        at=_seconds(when),
        base=link or base,
    )


def _seconds(when: Any) -> int | None:
    try:
        return calendar.timegm(when) if when else None
    except (ValueError, OverflowError, TypeError):
        return None


def _read_json(body: bytes, url: str) -> dict[str, Any]:
    """JSON Feed 1 and 1.1."""
    try:
        found = json.loads(body.decode("utf-8", "replace").lstrip("\ufeff"))
    except RecursionError:
        raise Declined("nested") from None
    except ValueError:
        raise Declined("unrecognized") from None
    if not isinstance(found, dict) or "jsonfeed.org" not in str(found.get("version", ""))[:100]:
        raise Declined("unrecognized")
    entries = [one for one in _listed(found.get("items")) if isinstance(one, dict)]
    if len(entries) > MOST_ITEMS:
        entries = entries[: MOST_ITEMS // 2] + entries[-MOST_ITEMS // 2 :]
    site = _address(found.get("home_page_url"), url)
    return {
        "title": _plain(found.get("title"), 200),
        "site_url": site,
        "description": _plain(found.get("description"), 400),
        "items": [_json_item(one, site or url) for one in entries],
    }


def _json_item(entry: dict[str, Any], base: str) -> dict[str, Any]:
    people = [entry.get("author"), *_listed(entry.get("authors"))]
    names = [one["name"] for one in people if isinstance(one, dict) and isinstance(one.get("name"), str)]
    source = entry.get("content_html")
    if not isinstance(source, str):
        text = html.escape(str(entry.get("content_text") or entry.get("summary") or ""))
        source = "".join(f"<p>{part}</p>" for part in text[:MOST_HTML].split("\n\n") if part.strip())
    link = _address(entry.get("url") or entry.get("external_url"), base)
    when = feedparser.datetimes._parse_date(
        str(entry.get("date_published") or entry.get("date_modified") or "")[:60]
    )
    return make_item(
        uid=str(entry.get("id") or ""), url=link, title=entry.get("title"), author=names[0] if names else "",
        source=source, at=_seconds(when), base=link or base,
    )  # fmt: skip


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def make_item(
    *, uid: str, url: str, title: Any, author: Any, source: str, at: int | None, base: str
) -> dict[str, Any]:
    """What is kept of one article: plain words, clean HTML with whole addresses, its pictures as places in it."""
    text = _plain(source, MOST_TEXT)
    cleaned, pictures = "", _Pictures(base)
    if len(source) <= MOST_HTML and _is_flat(source):
        cleaned = sanitise.clean(_TRACKER.sub("", source), picture=pictures.place)
        cleaned = _OWN_PATH.sub(lambda match: _whole(match[1], base), cleaned)
    return {
        "uid": uid[:2000],
        "url": url,
        "title": _plain(title, 300) or text[:120] or url[:300],
        "author": _plain(author, 120),
        "html": cleaned,
        "text": text,
        "at": at,
        "pictures": pictures.found,
    }


class _Pictures:
    """The first pictures of an article, by number: its HTML holds places for them, not their addresses."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.found: list[str] = []

    def place(self, source: str) -> str:
        address = _address(source, self.base)
        if address in self.found:
            return f"{PICTURE_PLACE}{self.found.index(address)}"
        if not address or len(self.found) >= MOST_PICTURES:
            return ""
        self.found.append(address)
        return f"{PICTURE_PLACE}{len(self.found) - 1}"


def _is_flat(source: str) -> bool:
    """Whether cleaning it takes a time that grows with its length only."""
    depth = 0
    for tag in _MARKUP.findall(source):
        depth += -1 if tag[1] == "/" else 1 if tag[1:2].isalpha() and not _LONE.match(tag) else 0
        if depth > MOST_DEPTH:
            return False
    return True


def _whole(path: str, base: str) -> str:
    """A path of the other site, never one of ours."""
    address = _address(html.unescape(path), base)
    return f'href="{html.escape(address)}"' if address else ""


def _address(value: Any, base: str) -> str:
    """A whole http address, or nothing."""
    if not value or not isinstance(value, str):
        return ""
    try:
        address = urljoin(base, value.strip())
    except ValueError:
        return ""
    return address if sanitise.is_safe_link(address) and sanitise.is_external(address) else ""


def _plain(value: Any, most: int) -> str:
    """Words without any markup, on one line."""
    if not isinstance(value, str):
        return ""
    text = _MARKUP.sub(" ", _SILENT.sub(" ", value[: most * 40]))
    return " ".join(sanitise.strip_controls(html.unescape(text)).split())[:most].strip()


class _Links(HTMLParser):
    """Collects the feeds that the head of a page announces."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "base":
            self.base = given.get("href", "")
        is_feed = given.get("type", "").lower().strip() in (
            "application/rss+xml", "application/atom+xml", "application/feed+json", "application/json",
        )  # fmt: skip
        if tag == "link" and is_feed and "alternate" in given.get("rel", "").lower().split():
            self.found.append(given.get("href", ""))


def _find_links(body: bytes, given: dict[str, str]) -> list[str]:
    links = _Links()
    try:
        text = body[:300_000].decode(given.get("charset") or "utf-8", "replace")
    except LookupError:
        text = body[:300_000].decode("utf-8", "replace")
    links.feed(text)
    base = _address(links.base, given["url"]) or given["url"]
    found = [address for href in links.found if (address := _address(href, base))]
    return list(dict.fromkeys(found))[:MOST_LINKS]
