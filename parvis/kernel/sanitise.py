"""What HTML, links and characters may reach a page: one strict allow-list for our own and for foreign HTML.

Not here: Markdown (kernel.markdown) and turning foreign HTML into Markdown (kernel.html_to_markdown).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import nh3
from bs4 import BeautifulSoup, Tag

EXTERNAL_REL = "noopener noreferrer nofollow"
SCHEMES = frozenset({"http", "https", "mailto"})
MAX_LINK = 2000
MAX_DEPTH = 400  # beyond, a document keeps its text only

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = ("p", "ul", "ol", "li", "blockquote", "pre", "hr", "div", *_HEADINGS)
_TABLES = ("table", "thead", "tbody", "tr", "th", "td")
_INLINE = ("a", "br", "strong", "em", "s", "code", "img", "span")
TAGS = frozenset((*_BLOCKS, *_TABLES, *_INLINE))
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "rel", "data-person"},
    "img": {"src", "alt", "loading", "decoding"},
    "ol": {"start"},
    "div": {"tabindex"},
    "pre": {"tabindex"},
    **{heading: {"aria-hidden"} for heading in _HEADINGS},
}
_CLASSES: dict[str, set[str]] = {
    "a": {"mention", "tag", "external"},
    "li": {"task", "is-done"},
    "div": {"table-scroll"},
    "th": {"align-left", "align-center", "align-right"},
    "td": {"align-left", "align-center", "align-right"},
}
# Read by html_to_markdown before anything is written: more tags, so that nothing visible is lost on the way.
FOREIGN_TAGS = TAGS | frozenset(
    """b i u del strike ins sub sup kbd samp tt small big mark cite q abbr figure figcaption caption tfoot
    dl dt dd section article header footer main aside details summary center address iframe video audio""".split()  # noqa: SIM905
)
_FOREIGN_ATTRIBUTES = {
    "a": {"href", "data-link"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "iframe": {"src", "title"},
    "video": {"src"},
    "audio": {"src"},
}

# Overrides and isolates can show a file or a name backwards; the marks U+200E/U+200F stay, Arabic text needs them.
_BIDI = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f{_BIDI}\\ufff9-\\ufffb]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029")
_IN_LINK = re.compile(
    r"[\x00-\x20\x7f-\x9f\\<>\"]|[\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_HOST = re.compile(r"(?=.*[^\W_])(?:[\w.-]+|[0-9a-f:.]+)")
_MAILTO = re.compile(r"mailto:[^\s@?&/:]+@[^\s@?&/:]+\Z", re.IGNORECASE)
# What the cleaner's stricter reading of addresses left without one.
_DEAD_LINK = re.compile(r"<a(?![^>]*\shref=)[^>]*>(.*?)</a>", re.DOTALL)
_WORDS_ADDRESS = re.compile(r"(?:https?://)?(www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+)/?", re.IGNORECASE)
_LINK_START = re.compile(r"(<a\b)(?=[^>]*\shref\s*=)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SELF_CLOSING = frozenset(
    "p li br hr img td th tr dt dd option input meta link area base col embed source track wbr".split()  # noqa: SIM905
)
_OWN_FILE = re.compile(r"/files/[0-9a-hjkmnp-tv-z]{13}/[^\s?#\\\"<>]{0,300}\Z")


def strip_controls(text: str) -> str:
    """The text without control characters and bidirectional overrides; every line end becomes \\n."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def is_safe_link(url: str) -> bool:
    """Whether a link may be kept: http, https or mailto with a real host and no user part, or a path of this site."""
    if not url or len(url) > MAX_LINK or _IN_LINK.search(url):
        return False
    if url.startswith("/"):
        return not url.startswith("//")
    if url[:7].lower() == "mailto:":
        return bool(_MAILTO.match(url))
    return bool(host_of(url))


def host_of(url: str) -> str:
    """The real host of an http(s) address in lower case; empty when there is none to trust (user part, bad port)."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a bad port
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc:
        return ""
    return host if _HOST.fullmatch(host) else ""


def is_external(url: str) -> bool:
    """Whether following the link leaves the network for another site."""
    return bool(host_of(url))


def is_own_file(url: str) -> bool:
    """Whether the address is one of our stored files, the only pictures a text may show."""
    return bool(_OWN_FILE.match(url))


def finish(html: str) -> str:
    """The last pass over HTML made by our own renderer: strict allow-list, own pictures only."""
    safe = nh3.clean(
        html,
        tags=set(TAGS),
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_keep_attribute,
        link_rel=None,
        url_schemes=set(SCHEMES),
    )
    return _DEAD_LINK.sub(r"\1", safe)


def clean(html: str, *, picture: Callable[[str], str] | None = None) -> str:
    """Foreign HTML (feeds, imports) made safe to show: no style, script, id or class; remote pictures become links.

    `picture` may give an address of our own for the one it is told; only such pictures stay (see is_own_file). Never
    raises; what cannot be kept loses its tags but keeps its text.
    """
    soup = parse_foreign(html)
    for image in soup.find_all(["img", "iframe", "video", "audio"]):
        own = picture(str(image.get("src") or "")) if picture and image.name == "img" else ""
        if own:
            image.attrs = {"src": own, "alt": " ".join(str(image.get("alt") or "").split())}
        else:
            replace_by_link(soup, image)
    for link in soup.find_all("a"):
        _dress_link(link)
    return finish(str(soup))


def parse_foreign(html: str) -> BeautifulSoup:
    """The tree of a foreign document as a browser would build it, without scripts, styles and unknown tags."""
    html = strip_controls(html)
    if _depth_of(html) > MAX_DEPTH:
        html = _TAG.sub(" ", html)
    safe = nh3.clean(
        _LINK_START.sub(r'\1 data-link="1"', html),  # so that a dropped address can be told from none
        tags=set(FOREIGN_TAGS),
        attributes=_FOREIGN_ATTRIBUTES,
        link_rel=None,
        url_schemes=set(SCHEMES),
    )
    return BeautifulSoup(safe, "html.parser")


def _depth_of(html: str) -> int:
    """The deepest nesting the tags announce; a browser's tree takes quadratic time to build beyond some thousands."""
    depth = deepest = 0
    for closing, name in _TAG_NAME.findall(html):
        if name.lower() not in _SELF_CLOSING:
            depth = max(depth - 1, 0) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def replace_by_link(soup: BeautifulSoup, thing: Tag) -> str:
    """Puts a link (or, inside a link, its words) in place of a remote picture or embed; returns its address or ''."""
    source = str(thing.get("src") or "")
    address = source if is_external(source) and is_safe_link(source) else ""
    label = label_of(thing)
    if address and thing.find_parent("a") is None:
        link = soup.new_tag("a", attrs={"href": address, "data-link": "1"})
        link.string = label
        thing.replace_with(link)
    else:
        thing.replace_with(label)
    return address


def label_of(thing: Tag) -> str:
    """The words that stand for a picture or embed: its alternative text, else the host it comes from."""
    words = " ".join(str(thing.get("alt") or thing.get("title") or "").split())
    return words or host_of(str(thing.get("src") or ""))


def _dress_link(link: Tag) -> None:
    address = address_of(link)
    # A link without words can't be announced.
    if not address or not (link.get_text(strip=True) or link.find("img")):
        link.unwrap()
        return
    link.attrs = dict(link_attributes(address))


def address_of(link: Tag) -> str:
    """Where a foreign link leads if that is safe; a spoilt address gives way to the host its words name; else ''."""
    address = str(link.get("href") or "").strip()
    for letter, code in ((" ", "%20"), ('"', "%22"), ("<", "%3C"), (">", "%3E"), ("\\", "%5C")):
        address = address.replace(letter, code)
    if is_safe_link(address):
        return address
    words = _WORDS_ADDRESS.fullmatch(link.get_text().strip()) if link.has_attr("data-link") else None
    return f"http://{words[1].lower()}/" if words else ""


def link_attributes(url: str) -> dict[str, str]:
    """The attributes of a kept link: an external one says its real host and passes nothing on to it."""
    if not is_external(url):
        return {"href": url}
    return {"href": url, "class": "external", "rel": EXTERNAL_REL, "title": host_of(url)}


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href":
        return value if is_safe_link(value) else None
    if tag == "img" and name == "src":
        return value if is_own_file(value) else None
    if name == "tabindex":
        return "0"
    return value
