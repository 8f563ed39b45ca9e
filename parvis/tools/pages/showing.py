"""What the pages of this tool show: the tree beside a page, its contents, versions, the editor's addresses. Not here:
the reads (reading), the markup (templates)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from parvis.kernel import markdown
from parvis.kernel.ids import encode
from parvis.kernel.words import slugify
from parvis.toolkit import registry
from parvis.toolkit.cards import author_of
from parvis.toolkit.formats import number
from parvis.toolkit.spec import Line, Section
from parvis.tools.pages import reading
from parvis.tools.pages.editing import is_editing

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

HEADING = re.compile(r"<h([3-6])>(.*?)</h\1>", re.DOTALL)
FEWEST = 2  # headings that make a table of contents


@dataclass(frozen=True)
class Entry:
    """One line of a table of contents; depth 0 is a chapter."""

    anchor: str
    words: str
    depth: int


def page_url(key: int) -> str:
    """The address of a page."""
    return f"/pages/{encode(key)}/"


def contents(html: str) -> tuple[Markup, list[Entry]]:
    """A drawn text with an anchor on each heading, and its table of contents (none for a short one)."""
    entries: list[Entry] = []
    taken: set[str] = set()

    def anchored(match: re.Match[str]) -> str:
        words = " ".join(Markup(match[2]).striptags().split())
        anchor = base = "s-" + (slugify(words) or str(len(entries) + 1))
        while anchor in taken:
            anchor = f"{base}-{len(taken)}"
        taken.add(anchor)
        entries.append(Entry(anchor, words, int(match[1]) - 3))
        return f'<h{match[1]} id="{anchor}">{match[2]}</h{match[1]}>'

    drawn = HEADING.sub(anchored, html)
    named = [entry for entry in entries if entry.words]
    return Markup(drawn), named if len(named) >= FEWEST else []


def step(one: dict[str, Any], *, is_here: bool = False) -> dict[str, Any]:
    """One line of the tree."""
    key = int(one["id"])
    return {
        "url": page_url(key),
        "title": one["title"],
        "has_more": one.get("more", False),
        "is_here": is_here,
    }


def tree(contribution: Contribution, row: Any) -> dict[str, Any]:
    """What stands beside a page: those above it, its neighbours with itself among them, those below it."""
    space = contribution.space
    base = f"{space.url}pages/"
    before, after = row.before[-reading.NEAR :], row.after[: reading.NEAR]
    here = {"id": str(contribution.id), "title": contribution.title}
    level = base if row.parent_id is None else f"{base}under/{encode(row.parent_id)}/"
    return {
        "above": [step(one) for one in row.above],
        "level": [step(one) for one in before] + [step(here, is_here=True)] + [step(one) for one in after],
        "below": [step(one) for one in row.below[: reading.BELOW]],
        "level_url": level if len(row.before) + len(row.after) > len(before) + len(after) else "",
        "below_url": f"{base}under/{contribution.key}/" if len(row.below) > reading.BELOW else "",
        "base": base,
    }


def trail(space: Space, above: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Where one is: the community, its pages, those above."""
    steps = [{"label": space.name, "url": space.url}, {"label": _("Pages"), "url": f"{space.url}pages/"}]
    return steps + [{"label": one["title"], "url": page_url(int(one["id"]))} for one in above]


def describe(contribution: Contribution, row: Any, viewer: Person, can: frozenset[str]) -> dict[str, Any]:
    """A page as its own page shows it, besides its text."""
    is_host = "pages.protect" in can
    may_write = "pages.write" in can and (not row.is_protected or is_host) and contribution.is_published
    someone = is_editing(row.editing_since) and row.editing_by_id != viewer.id
    return {
        "version": row.version,
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
        "is_protected": row.is_protected,
        "is_model": row.is_model,
        "may_write": may_write,
        "may_protect": is_host and contribution.is_published,
        "editing_by": row.editing_by if someone else "",
        "editing_since": since(row.editing_since) if someone else "",
        "came_from": {**row.came_from, "url": f"/go/{encode(int(row.came_from['id']))}/"}
        if row.came_from
        else None,
        "backlinks": [backlink(one) for one in row.backlinks],
    }


def as_of(older: dict[str, Any], *, sees_all: bool) -> dict[str, Any]:
    """What `describe` says of another version than the last; how many there are is for those who may see them all."""
    version = older["version"]
    said = {"changed_at": version.created_at, "changed_by": version.author.display_name}
    return said if sees_all else {**said, "version": version.number}


def since(moment: datetime | None) -> str:
    """An hour of today, as a sentence says it: 10:42."""
    return timezone.localtime(moment).strftime("%H:%M") if moment else ""


def backlink(one: dict[str, Any]) -> dict[str, str]:
    """A text that leads here."""
    kind = registry.kind(one["kind"])
    return {
        "url": f"/go/{encode(int(one['id']))}/",
        "title": one["title"] or one["excerpt"][:80] or _("a message"),
        "space": one["space"],
        "icon": kind.icon if kind else "link",
    }


def level_line(row: Any) -> dict[str, Any]:
    """One page of a level, with the first of those below it."""
    below = row.below[: reading.INSIDE]
    return {
        "url": page_url(row.id),
        "title": row.title,
        "excerpt": markdown.excerpt(row.excerpt, 180),
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
        "is_protected": row.is_protected,
        "is_model": row.is_model,
        "replies": row.reply_count,
        "below": [step(one) for one in below],
        "has_more": len(row.below) > len(below),
    }


def version_line(row: Any, last: int, url: str) -> dict[str, Any]:
    """One line of a page's history."""
    return {
        "number": row.number,
        "url": f"{url}history/{row.number}/",
        "author": author_of(row),
        "others": [{"name": one["name"], "url": f"/people/{encode(int(one['id']))}/"} for one in row.others],
        "at": row.created_at,
        "note": row.note,
        "title": row.title,
        "what": _what(row),
        "is_merged": row.is_merged,
        "is_last": row.number == last,
    }


def _what(row: Any) -> str:
    if row.number == 1:
        return _("the page begins")
    if row.restored_from:
        return _("version %(n)s again") % {"n": row.restored_from}
    return words_changed(row.words_in, row.words_out)


def words_changed(words_in: int, words_out: int) -> str:
    """How much came in and went out, in words."""
    said = []
    if words_in:
        said.append(ngettext("%(n)s word added", "%(n)s words added", words_in) % {"n": number(words_in)})
    if words_out:
        said.append(
            ngettext("%(n)s word taken out", "%(n)s words taken out", words_out) % {"n": number(words_out)}
        )
    return ", ".join(said) or _("layout only")


def shortened(text: str) -> str:
    """The beginning and the end of a settled piece, for finding one's way between two clashes."""
    lines = [line for line in text.strip("\n").split("\n") if line.strip()]
    kept = lines if len(lines) <= 4 else [*lines[:2], "…", *lines[-2:]]
    return "\n".join(line if len(line) <= 160 else line[:157] + "…" for line in kept)


def editor_urls(place: str, space: Space) -> dict[str, str]:
    """The addresses that the editor's script asks; `place` is where what is typed is kept."""
    return {
        "draft": f"/drafts/{place}/",
        "people": f"/people/suggest/?space={space.slug}",
        "tags": "/tags/suggest/",
        "upload": "/upload/",
        "preview": "/publish/preview/",
        "editor": static("vendor/editor/editor.js"),
        "editor_css": static("vendor/editor/editor.css"),
    }


def face(row: Any) -> dict[str, Any]:
    """What a page's card says beyond the common: that it is written by several."""
    return {"kind_label": _("shared page")}


def mine(viewer: Person) -> list[Section]:
    """The pages that the reader wrote in last."""
    lines = tuple(
        Line(row.title, page_url(row.id), row.space_name, "book-open", row.created_at)
        for row in reading.written_by(viewer)
    )
    empty = _("The shared pages you write in are found again here.")
    return [Section(_("Pages I wrote in"), "book-open", lines, "", empty)]
