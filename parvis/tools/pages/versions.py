"""The versions of a page: keeping one, finding one, telling two apart. Not here: who may write (actions)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from parvis.approvals.actions import version_written
from parvis.contributions.history import compare
from parvis.kernel import clock, markdown
from parvis.kernel.errors import NotFound
from parvis.people.models import names_of
from parvis.tools.pages import approving
from parvis.tools.pages.merging import MOST_PIECES
from parvis.tools.pages.models import Page, Version

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person

LONGEST_NOTE = 300
MOST_NAMED = 24  # of those who wrote a version together
AROUND = 2  # unchanged lines shown before and after a change
MARKED = re.compile(r"<(ins|del)>(.*?)</\1>", re.DOTALL)
WORD = re.compile(r"[^\W_]+")
NOTHING = Markup("")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*$")


@dataclass(frozen=True)
class Hunk:
    """A piece of a comparison: lines as they are, or with what was taken out and put in; `hidden` lines left out."""

    html: Markup = NOTHING
    is_changed: bool = False
    hidden: int = 0


@dataclass(frozen=True)
class Difference:
    """Two versions told apart: the pieces in order, words put in and taken out, the headings they stand under."""

    title: Markup
    hunks: tuple[Hunk, ...]
    words_in: int
    words_out: int
    sections: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        return not any(hunk.is_changed for hunk in self.hunks) and "<" not in self.title


def keep_version(
    page: Page,
    *,
    by: Person,
    note: str = "",
    restored_from: int | None = None,
    is_merged: bool = False,
    together: Sequence[int] = (),
) -> Version:
    """Writes the text that the contribution now has as a version of its own; the caller holds the page's row."""
    contribution = page.contribution
    before = Version.objects.filter(contribution=contribution).order_by("-number").first()
    added, taken = counted(before.source if before else "", contribution.body.source)
    version = Version.objects.create(
        contribution=contribution,
        space_id=contribution.space_id,
        audience=contribution.audience,
        number=before.number + 1 if before else 1,
        title=contribution.title,
        source=contribution.body.source,
        author=by,
        with_ids=[key for key in together if key != by.id][:MOST_NAMED],
        created_at=clock.now(),
        note=" ".join(note.replace("\x00", "").split())[:LONGEST_NOTE],
        restored_from=restored_from,
        is_merged=is_merged,
        words_in=added,
        words_out=taken,
    )
    page.version, page.changed_at, page.changed_by = version.number, version.created_at, by
    page.save(update_fields=["version", "changed_at", "changed_by"])
    version_written(contribution, approving.edition_of(version), by=by)
    approving.settled(contribution)
    return version


def find_version(contribution: Contribution, number: int) -> Version:
    """One version of a page that its reader has found. Raises NotFound."""
    rows = Version.objects.filter(contribution=contribution, number=min(number, 2**31 - 1))
    found = rows.select_related("author").first()
    if found is None:
        raise NotFound
    return found


def counted(before: str, after: str) -> tuple[int, int]:
    """How many words were put in and taken out between two texts."""
    html, _n = _compared(before, after)
    words = {"ins": 0, "del": 0}
    for tag, text in MARKED.findall(html):
        words[tag] += len(WORD.findall(Markup(text).unescape()))
    return words["ins"], words["del"]


def _compared(before: str, after: str) -> tuple[Markup, int]:
    if max(before.count("\n"), after.count("\n")) > MOST_PIECES:
        # Line by line would take more than a moment: all out, all in.
        return Markup("<del>{}</del><ins>{}</ins>").format(before, after), 1
    return compare(before, after)


def difference(before: Any, after: Any) -> Difference:
    """What `after` (a version) changed of `before`; unchanged lines away from any change are left out."""
    names = names_of({*markdown.mentions_in(before.source), *markdown.mentions_in(after.source)})
    old, new = (_readable(one.source, names) for one in (before, after))
    html, _changed = _compared(old, new)
    title, _changed = compare(before.title, after.title)
    lines = _whole_lines(str(html))
    added, taken = counted(old, new)
    return Difference(_said(str(title)), tuple(_folded(lines)), added, taken, tuple(_sections(lines)))


def _readable(source: str, names: dict[int, str]) -> str:
    return re.sub(r"@\[([^\]]*)\]\(person:\w+\)", r"@\1", markdown.with_names(source, names))


def _whole_lines(html: str) -> list[str]:
    """The comparison line by line, a mark that runs over several lines closed and opened again at each."""
    lines: list[str] = []
    open_tag = ""
    for line in html.split("\n"):
        begun = f"<{open_tag}>{line}" if open_tag else line
        for closing, tag in re.findall(r"<(/?)(ins|del)>", line):
            open_tag = "" if closing else tag
        lines.append(f"{begun}</{open_tag}>" if open_tag else begun)
    return lines


def _is_changed(line: str) -> bool:
    return "<ins>" in line or "<del>" in line


def _folded(lines: list[str]) -> list[Hunk]:
    """Lines in pieces: changed ones, a few around them, and how many are left out between."""
    near = set()
    for place, line in enumerate(lines):
        if _is_changed(line):
            near |= set(range(place - AROUND, place + AROUND + 1))
    hunks: list[Hunk] = []
    run: list[str] = []
    what = ""

    def end() -> None:
        if run:
            text = "\n".join(run)
            hunks.append(Hunk(hidden=len(run)) if what == "hidden" else Hunk(_said(text), what == "changed"))
            run.clear()

    for place, line in enumerate(lines):
        now = "changed" if _is_changed(line) else "near" if place in near else "hidden"
        if now != what:
            end()
            what = now
        run.append(line)
    end()
    return hunks


def _said(html: str) -> Markup:
    """Marks with a word for those who hear them, and nothing marked where nothing is."""
    html = html.replace("<ins></ins>", "").replace("<del></del>", "")
    return Markup(html)


def _sections(lines: list[str]) -> list[str]:
    """The headings under which something changed, as they now read."""
    found: dict[str, None] = {}
    current = ""
    for line in lines:
        now = Markup(re.sub(r"<del>.*?</del>", "", line)).striptags()
        heading = HEADING.match(now)
        if heading:
            current = heading[1]
        if _is_changed(line) and current:
            found[current] = None
    return list(found)
