"""How a row of the matrix is written, and how answers.txt is read. Not here: what is expected (the table)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import ACTORS, bundle, picture

PICTURE, ZIP, CSV = "<a picture>", "<a zip>", "<a csv>"
ICS = "<a calendar>"
OPML = "<a list of feeds>"
FEEDS = b'<opml version="2.0"><body><outline text="Un" xmlUrl="https://importe.example/f"/></body></opml>'
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a@b\r\nSUMMARY:Portes ouvertes\r\nDTSTART;VALUE=DATE:20300105\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
FILES = {
    PICTURE: lambda: picture(colour="#30a050"),
    ZIP: bundle,
    ICS: lambda: SimpleUploadedFile("dates.ics", CALENDAR, "text/calendar"),
    OPML: lambda: SimpleUploadedFile("flux.opml", FEEDS, "text/x-opml"),
    CSV: lambda: SimpleUploadedFile("gens.csv", b"name,email\nLou Neuve,lou@parvis.test\n", "text/csv"),
}


@dataclass(frozen=True)
class Row:
    """One request of the table: what is asked, what is expected of each actor, what is then changed."""

    method: str
    name: str
    pattern: str
    data: dict[str, Any] = field(default_factory=dict)
    changes: str = ""
    on: str = "note"  # for things: which of the world's
    given: dict[str, str] = field(
        default_factory=dict
    )  # what stands in the address, where its name doesn't say
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    why: str = ""  # why a POST changes nothing

    def __str__(self) -> str:
        return f"{self.method} {self.name}" + (f" on {self.on}" if self.on != "note" else "")


def get(name: str, pattern: str, **more: Any) -> Row:
    return Row("GET", name, pattern, **more)


def post(name: str, pattern: str, data: dict[str, Any], changes: str = "", **more: Any) -> Row:
    return Row("POST", name, pattern, data, changes, **more)


def read_answers() -> dict[str, dict[str, dict[str, str]]]:
    """pattern → space → actor → what is expected."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    current: dict[str, dict[str, str]] = {}
    for line in Path(__file__).with_name("answers.txt").read_text().splitlines():
        words = line.split()
        if not words or line.startswith("#") or words[0] == "visitor":
            continue
        if line.startswith("["):
            current = found[line.strip("[] ")] = {}
            continue
        assert len(words) == len(ACTORS) + 1, line
        current[words[0]] = dict(zip(ACTORS, words[1:], strict=True))
    return found


def filled(data: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A payload with the world's names in it, and its files made."""
    made: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, str) and value in FILES:
            made[name] = FILES[value]()
        elif isinstance(value, list):
            made[name] = [part.format_map(names) for part in value]
        else:
            made[name] = str(value).format_map(names)
    return {name.format_map(names): value for name, value in made.items()}
