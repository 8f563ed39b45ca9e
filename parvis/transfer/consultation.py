"""Turns the open data of the French consultation on the Digital Republic bill (2015) into a bundle.

Not here: loading the bundle (transfer.load). The corpus is read as published: HTML bodies, CRLF, odd markup.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel import sanitise
from parvis.kernel.errors import Refused
from parvis.kernel.html_to_markdown import convert as to_markdown
from parvis.kernel.markdown_writer import Link, Run, escape, from_plain, inline
from parvis.kernel.words import slugify
from parvis.transfer import bundle, rows
from parvis.transfer.fields import read_moment

ORIGIN = "consultation-republique-numerique"
VOTES = ("agree", "mixed", "disagree")
PURPOSE = "Consultation publique sur le projet de loi pour une République numérique (2015)"
_FILES = ("people", "sections", "proposals", "arguments")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Place:
    """An address (of a picture that became a link, of a link not kept…) and the proposal it stood in."""

    proposal: str
    address: str


@dataclass(frozen=True)
class Report:
    """What the conversion made, and what it could not keep as it was."""

    counts: dict[str, int]
    votes: dict[str, int]
    pictures: tuple[Place, ...]
    refused_links: tuple[Place, ...]
    mended_links: tuple[Place, ...]
    underlined: int
    empty_sections: tuple[str, ...]

    def sentences(self) -> list[str]:
        """The report for a human, one sentence a line."""
        found = [f"{table}: {count}" for table, count in self.counts.items() if count]
        found += [
            _("Picture turned into a link in %(id)s: %(address)s")
            % {"id": picture.proposal, "address": picture.address}
            for picture in self.pictures
        ]
        found += [
            _("Link not kept in %(id)s: %(address)s") % {"id": link.proposal, "address": link.address}
            for link in self.refused_links
        ]
        found += [
            _("Unreadable address mended in %(id)s: %(address)s")
            % {"id": link.proposal, "address": link.address}
            for link in self.mended_links
        ]
        if self.underlined:
            found.append(
                ngettext(
                    "%(count)s underlined passage is now in italics.",
                    "%(count)s underlined passages are now in italics.",
                    self.underlined,
                )
                % {"count": self.underlined}
            )
        found += [_("No proposal in “%(title)s”.") % {"title": title} for title in self.empty_sections]
        return found


def convert(source: Path, target: Path, *, progress: Progress | None = None) -> Report:
    """Reads the corpus in the folder `source` and writes the bundle `target`; the same input makes the same bytes.

    `progress(table, done, total)` is called now and then. Raises Refused when the folder isn't the corpus or a row
    can't be understood; nothing is left behind then.
    """
    corpus = _Corpus(Path(source), progress or (lambda table, done, total: None))
    manifest = bundle.write(
        Path(target),
        {
            rows.Person: corpus.people(),
            rows.Space: corpus.spaces(),
            rows.Object: corpus.topics(),
            rows.Reply: corpus.replies(),
            rows.Total: corpus.totals(),
        },
        origin=ORIGIN,
        created_at=corpus.last_moment,
        generator="parvis consultation 1",
    )
    return corpus.report(manifest.counts)


class _Corpus:
    """The four files, read into memory (3 MB), and what was noticed on the way."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._progress = progress
        self._rows = {name: _read(folder / f"{name}.jsonl") for name in _FILES}
        self._pictures: list[Place] = []
        self._refused: list[Place] = []
        self._mended: list[Place] = []
        self._underlined = 0
        dates = [row["created_at"] for name in ("proposals", "arguments") for row in self._rows[name]]
        if not dates:
            raise Refused(_("This folder holds no proposal and no argument."))
        self.first_moment: datetime = min(map(_moment, dates))
        self.last_moment: datetime = max(map(_moment, dates))

    def people(self) -> Iterator[rows.Person]:
        """Authors, unclaimed: they are in no directory until someone proves to be one of them."""
        for row in self._each("people"):
            yield rows.Person(id=row["id"], display_name=row["display_name"], state="unclaimed")

    def spaces(self) -> Iterator[rows.Space]:
        """One open community a section, in the order of the consultation."""
        taken: set[str] = set()
        for row in sorted(self._each("sections"), key=lambda row: row["position"]):
            slug = slugify(row["title"]) or row["id"]
            slug = slug if slug not in taken else f"{slug}-{row['id']}"
            taken.add(slug)
            yield rows.Space(
                id=row["id"],
                slug=slug,
                name=row["title"],
                purpose=PURPOSE,
                theme="professional",
                access="open",
                category="République numérique",
                tools={"forum": ""},
                created_at=self.first_moment,
            )

    def topics(self) -> Iterator[rows.Object]:
        """One debate a proposal, its sources at its end."""
        for row in self._each("proposals"):
            created_at, updated_at = _moment(row["created_at"]), _moment(row["updated_at"])
            yield rows.Object(
                id=row["id"],
                kind="topic",
                space=row["section"],
                author=row["author"],
                title=" ".join(sanitise.strip_controls(row["title"]).split()),
                body=self._body(row),
                language="fr",
                published_at=created_at,
                edited_at=updated_at if updated_at > created_at else None,
                detail={"mode": "debate"},
            )

    def replies(self) -> Iterator[rows.Reply]:
        """One reply an argument, on its side, as the plain text it was."""
        for row in self._each("arguments"):
            yield rows.Reply(
                id=row["id"],
                object=row["proposal"],
                author=row["author"],
                body=from_plain(row["body_text"]),
                side=row["side"],
                created_at=_moment(row["created_at"]),
            )

    def totals(self) -> Iterator[rows.Total]:
        """Votes, whose voters the source doesn't name: three counts a proposal, one an argument."""
        for row in self._rows["proposals"]:
            for name in VOTES:
                yield rows.Total(
                    id=f"{row['id']}-{name}", object=row["id"], name=name, count=row["votes"][name]
                )
        for row in self._rows["arguments"]:
            yield rows.Total(
                id=f"{row['id']}-votes",
                object=row["proposal"],
                reply=row["id"],
                name="votes",
                count=row["votes"],
            )

    def report(self, counts: dict[str, int]) -> Report:
        used = {row["section"] for row in self._rows["proposals"]}
        votes = Counter[str]()
        for row in self._rows["proposals"]:
            votes.update(row["votes"])
        votes["arguments"] = sum(row["votes"] for row in self._rows["arguments"])
        return Report(
            counts=counts,
            votes=dict(sorted(votes.items())),
            pictures=tuple(self._pictures),
            refused_links=tuple(self._refused),
            mended_links=tuple(self._mended),
            underlined=self._underlined,
            empty_sections=tuple(row["title"] for row in self._rows["sections"] if row["id"] not in used),
        )

    def _body(self, row: dict[str, Any]) -> str:
        converted = to_markdown(row["body_html"])
        self._pictures += [Place(row["id"], address) for address in converted.report.images]
        self._refused += [Place(row["id"], address) for address in converted.report.refused_links]
        self._mended += [Place(row["id"], address) for address in converted.report.mended_links]
        self._underlined += converted.report.underlined
        parts = [converted.markdown]
        if row["sources"]:
            parts += ["## Sources", *(_source(source) for source in row["sources"])]
        return "\n\n".join(part for part in parts if part)

    def _each(self, name: str) -> Iterator[dict[str, Any]]:
        total = len(self._rows[name])
        for done, row in enumerate(self._rows[name], 1):
            yield row
            if done == total or done % 100 == 0:
                self._progress(name, done, total)


def _source(source: dict[str, str]) -> str:
    """One reference of a proposal: its title, linked where the address can be trusted, then its words."""
    title = " ".join(sanitise.strip_controls(source["title"]).split())
    address = source["link"].strip()
    if sanitise.is_safe_link(address) and title:
        heading = inline([Run(title, link=Link(address, 1))])
    else:
        heading = escape(title, at_line_start=True) + (f" ({escape(address)})" if address else "")
    # The field is named HTML, yet holds plain text with line breaks; a tag in it would mean otherwise.
    words = source["body_html"]
    body = to_markdown(words).markdown if _has_tags(words) else from_plain(words)
    indented = "\n".join(f"  {line}" if line else "" for line in body.split("\n"))
    return f"- {heading}" + (f"\n\n{indented}" if body else "")


def _has_tags(text: str) -> bool:
    return any(f"<{name}" in text.lower() for name in ("p>", "p ", "br", "div", "ul>", "a ", "strong", "em>"))


def _moment(text: str) -> datetime:
    return read_moment(text)


def _read(path: Path) -> list[dict[str, Any]]:
    needed = _NEEDED[path.stem]
    found = []
    try:
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                row = json.loads(line)
                if not isinstance(row, dict) or not needed <= row.keys():
                    raise Refused(
                        _("%(file)s, line %(line)s, isn't as expected.") % {"file": path.name, "line": number}
                    )
                found.append(row)
    except OSError:
        raise Refused(_("This folder isn't the consultation: it has no %(file)s.") % {"file": path.name})
    except ValueError:
        raise Refused(
            _("%(file)s, line %(line)s, isn't as expected.") % {"file": path.name, "line": len(found) + 1}
        )
    return found


_NEEDED: dict[str, frozenset[str]] = {
    "people": frozenset({"id", "display_name"}),
    "sections": frozenset({"id", "title", "position"}),
    "proposals": frozenset(
        {"id", "section", "author", "title", "body_html", "created_at", "updated_at", "votes", "sources"}
    ),
    "arguments": frozenset({"id", "proposal", "author", "side", "body_text", "created_at", "votes"}),
}
