"""Answers of several parts (RFC 4918, 13): which properties of which address are there, which aren't. Not here: whose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

DAV, CALDAV, SERVER, APPLE = (
    "DAV:",
    "urn:ietf:params:xml:ns:caldav",
    "http://calendarserver.org/ns/",
    "http://apple.com/ns/ical/",
)
for _prefix, _space in (("D", DAV), ("C", CALDAV), ("CS", SERVER), ("A", APPLE)):
    ElementTree.register_namespace(_prefix, _space)

Value = str | Iterable[Element] | None
# A property's value when it is asked for: words, or elements inside it.
Properties = Mapping[str, Callable[[], Value]]


@dataclass(frozen=True)
class Part:
    """What is told of one address; no properties stand for an address that isn't."""

    href: str
    properties: Properties | None


NO_LETTERS = "\ufffe\uffff"


def d(name: str) -> str:
    return f"{{{DAV}}}{name}"


def c(name: str) -> str:
    return f"{{{CALDAV}}}{name}"


def element(tag: str, /, *inside: Element, words: str = "", **attributes: str) -> Element:
    """One element."""
    made = Element(tag, attributes)
    made.text = clean(words) or None
    made.extend(inside)
    return made


def href(path: str) -> Element:
    return element(d("href"), words=path)


def clean(words: str) -> str:
    """Without the characters that XML knows no way to write."""
    return "".join(
        letter for letter in words if letter in "\t\n\r" or (letter >= " " and letter not in NO_LETTERS)
    )


def multistatus(parts: Iterable[Part], asked: list[str] | None, *, is_named_only: bool = False) -> bytes:
    """The answer: of each address the properties `asked` for (None: all), or their names alone."""
    root = Element(d("multistatus"))
    for part in parts:
        answer = SubElement(root, d("response"))
        SubElement(answer, d("href")).text = quote(part.href)
        if part.properties is None:
            SubElement(answer, d("status")).text = "HTTP/1.1 404 Not Found"
            continue
        _told(answer, part.properties, asked, is_named_only)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _told(answer: Element, properties: Properties, asked: list[str] | None, is_named_only: bool) -> None:
    names = list(properties) if asked is None else asked
    found = [name for name in names if name in properties]
    missing = [name for name in names if name not in properties]
    if found or not missing:
        told = _status(answer, "200 OK")
        for name in found:
            told.append(_filled(name, None if is_named_only else properties[name]()))
    if missing:
        told = _status(answer, "404 Not Found")
        for name in missing:
            SubElement(told, name)


def _filled(name: str, value: Value) -> Element:
    if value is None or isinstance(value, str):
        return element(name, words=value or "")
    return element(name, *value)


def _status(answer: Element, status: str) -> Element:
    part = SubElement(answer, d("propstat"))
    told = SubElement(part, d("prop"))
    SubElement(part, d("status")).text = f"HTTP/1.1 {status}"
    return told
