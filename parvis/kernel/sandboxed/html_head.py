"""The head of a web page, read for its title, description, site and picture; plain text comes out, never HTML.

The payload is one line of JSON (charset of the header), then the page; the answer is JSON.
Sources: the Open Graph protocol, the HTML standard on `meta` and on sniffing the encoding.
"""

from __future__ import annotations

import codecs
import html
import json
import re
import unicodedata
from html.parser import HTMLParser

MAX_CHARACTERS = 300_000
MAX_TAGS = 3_000
LENGTHS = {"title": 200, "description": 300, "site_name": 80, "image": 2048}

# Loaded here: a codec that comes later would have to be read from a file, behind the walls.
_CHARSETS = {
    name: codecs.lookup(name)
    for name in (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "iso-8859-2", "iso-8859-15"),
        *("windows-1250", "windows-1251", "windows-1252", "windows-1254", "koi8-r"),
        *("shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "gbk", "big5", "euc-kr"),
    )
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET_IN_PAGE = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_-]{1,40})", re.I)
# Which names give which part, the better first.
_SOURCES = {
    "title": ("og:title", "twitter:title"),
    "description": ("og:description", "twitter:description", "description"),
    "site_name": ("og:site_name", "application-name"),
    "image": ("og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src"),
}


def read(payload: bytes) -> bytes:
    """Return the parts as a JSON object of strings, each clean, short, and empty when the page has none."""
    order, _, page = payload.partition(b"\n")
    text = _decode(page, json.loads(order)["charset"])
    reader = _HeadReader()
    try:
        reader.feed(text[:MAX_CHARACTERS])
        reader.close()
    except _HeadIsOver:
        pass
    found = {
        part: next((reader.metas[name] for name in names if name in reader.metas), "")
        for part, names in _SOURCES.items()
    }
    found["title"] = found["title"] or "".join(reader.title)
    return json.dumps({part: clean(text, LENGTHS[part]) for part, text in found.items()}).encode()


def clean(text: str, length: int) -> str:
    """One line of plain text: no tag, no control character, no hidden direction, cut at a word."""
    # Some pages escape their titles twice.
    text = html.unescape(text[: length * 20])
    text = re.sub(r"<[^<>]{0,1000}>", " ", text)
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    line = " ".join(kept.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (
        cut[: cut.rfind(" ", length // 2) if " " in cut[length // 2 :] else len(cut)].rstrip(" ,;:.-–—") + "…"
    )


class _HeadIsOver(Exception):
    """Nothing of interest comes after this."""


class _HeadReader(HTMLParser):
    """Collects `meta` and `title` until the head ends, or until it has seen too many tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.metas: dict[str, str] = {}
        self.title: list[str] = []
        self._tags = 0
        self._is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags += 1
        if tag == "body" or self._tags > MAX_TAGS:
            raise _HeadIsOver
        # A second title belongs to a picture inside the page.
        self._is_in_title = tag == "title" and not self.title
        if tag == "meta":
            fields = {name: value or "" for name, value in attrs[:20]}
            name = (fields.get("property") or fields.get("name") or "").strip().lower()
            if name and fields.get("content", "").strip():
                self.metas.setdefault(name[:40], fields["content"][:20_000])

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            raise _HeadIsOver
        self._is_in_title = False

    def handle_data(self, data: str) -> None:
        if self._is_in_title:
            self.title.append(data[:10_000])


def _decode(page: bytes, declared: str) -> str:
    """The page as text, by its mark, the header, the page's own word, then UTF-8; a wrong one does not fail."""
    page = page[: MAX_CHARACTERS * 4]
    marked = next((name for mark, name in _MARKS if page.startswith(mark)), "")
    written = _CHARSET_IN_PAGE.search(page[:2048])
    own = written[1].decode("ascii").lower() if written else ""
    # A page that names UTF-16 in ASCII letters is not UTF-16.
    own = "" if own.startswith("utf-16") else own
    for name in (marked, declared, own):
        if codec := _CHARSETS.get(_PLAIN_NAMES.get(name, name)):
            return codec.decode(page, "replace")[0]
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        # Cut in the middle of a letter, or not UTF-8: the former is far more common.
        is_utf8 = page[:-4].decode("utf-8", "ignore").encode() == page[:-4]
        return (
            page.decode("utf-8", "replace")
            if is_utf8
            else _CHARSETS["windows-1252"].decode(page, "replace")[0]
        )


_PLAIN_NAMES = {
    "utf8": "utf-8",
    "latin1": "windows-1252",
    "iso-8859-1": "windows-1252",  # so do browsers
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "cp1252": "windows-1252",
    "sjis": "shift_jis",
    "gb2312": "gb18030",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
