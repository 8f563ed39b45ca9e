"""Reading the demonstration's texts: a format made for writing by hand (content/FORMAT.md).

Not here: putting them into a network (demo.seed).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
DELAY = re.compile(r"\+(\d+)([mhd])")
WHEN = re.compile(r"(-?\d+) (\d\d):(\d\d)")


class BadContent(ValueError):
    """A block that doesn't follow the format; the message says which."""


@dataclass
class Answer:
    """A reply, or an idea of a brainstorm."""

    author: str
    delay: timedelta
    body: str
    title: str = ""
    is_accepted: bool = False
    side: str | None = None
    points: int | None = None  # None: a reply; a number: an idea


@dataclass
class Thread:
    """One contribution with what was answered. `day` counts from today, `at` is the local time."""

    kind: str
    mode: str
    author: str
    day: int
    hour: int
    minute: int
    title: str
    body: str
    tags: list[str] = field(default_factory=list)
    reactions: int = 0
    answers: list[Answer] = field(default_factory=list)


def threads(slug: str) -> list[Thread]:
    """The contributions of one file, in the order written."""
    return list(_threads((FOLDER / f"{slug}.txt").read_text()))


def _threads(text: str) -> Iterator[Thread]:
    for block in re.split(r"^=== ", text, flags=re.M)[1:]:
        head, *answers = re.split(r"^--- ", block, flags=re.M)
        first, _newline, rest = head.partition("\n")
        thread = _thread(first, rest)
        thread.answers = [_answer(*part.partition("\n")[::2]) for part in answers]
        yield thread


def _thread(line: str, text: str) -> Thread:
    parts = [part.strip() for part in line.split("|")]
    when = WHEN.fullmatch(parts[3]) if len(parts) > 3 else None
    if when is None:
        raise BadContent(line)
    title, body = _title_and_body(text)
    extra = dict(part.split(":", 1) for part in parts[4:])
    tags = [word.strip() for word in extra.get("tags", "").split(",") if word.strip()]
    return Thread(
        parts[0],
        parts[1],
        parts[2],
        *map(int, when.groups()),
        title=title,
        body=body,
        tags=tags,
        reactions=int(extra.get("reactions", 0)),
    )


def _answer(line: str, text: str) -> Answer:
    parts = [part.strip() for part in line.split("|")]
    found = DELAY.fullmatch(parts[1])
    if found is None:
        raise BadContent(line)
    title, body = _title_and_body(text)
    marks = parts[2:]
    points = next((int(mark.split(":")[1]) for mark in marks if mark.startswith("points:")), 0)
    return Answer(
        parts[0],
        timedelta(**{UNITS[found[2]]: int(found[1])}),
        body,
        title,
        "accepted" in marks,
        next((mark for mark in marks if mark in ("for", "against")), None),
        points if "idea" in marks else None,
    )


def _title_and_body(text: str) -> tuple[str, str]:
    text = text.strip()
    if not text.startswith("# "):
        return "", text
    title, _newline, body = text[2:].partition("\n")
    return title.strip(), body.strip()


@cache
def people() -> list[dict[str, Any]]:
    """The roster, each person with their profile."""
    profiles = {row["handle"]: row for row in _lines("profiles.jsonl")}
    return [{**row, **profiles.get(row["handle"], {})} for row in _lines("people.jsonl")]


@cache
def communities() -> list[dict[str, Any]]:
    """The communities as their hosts describe them."""
    found = json.loads((FOLDER / "communities.json").read_text())
    return list(found["communities"] if isinstance(found, dict) else found)


def blogs() -> list[str]:
    """Handles of those who keep a blog of their own."""
    return sorted(path.stem.removeprefix("blog-") for path in FOLDER.glob("blog-*.txt"))


@cache
def events() -> list[dict[str, Any]]:
    """What the communities plan (FORMAT.md says how)."""
    return list(json.loads((FOLDER / "events.json").read_text()))


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines() if line.strip()]


@cache
def polls() -> list[dict[str, Any]]:
    """Polls: community, author, how many days ago, when they close, choices with what people lean to."""
    return list(json.loads((FOLDER / "polls.json").read_text()))


@cache
def dates() -> list[dict[str, Any]]:
    """Dates still looked for: community, author, moments by day from this Monday, answers of colleagues to each."""
    return list(json.loads((FOLDER / "dates.json").read_text()))
