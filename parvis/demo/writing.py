"""The shared pages of the demonstration, written by several hands over some weeks. Not here: the tool, the texts
(content/tree/pages.txt)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.people.models import Person
from parvis.spaces.models import Space, SpaceTool
from parvis.tools.pages.actions import publish_page, write_page
from parvis.tools.pages.models import Page, Version

CONTENT = Path(__file__).parent / "content" / "tree" / "pages.txt"


@dataclass
class Change:
    """Somebody's save, so many days ago: a line put in the place of another, or one added at the end."""

    author: str
    days: int
    note: str
    old: str = ""
    new: str = ""


@dataclass
class Sheet:
    """A page of the content: who began it where, and what became of it."""

    space: str
    author: str
    days: int
    under: str
    title: str = ""
    lines: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def write_pages() -> None:
    """Gives three communities their pages, with their tree and their history."""
    if "pages" not in settings.TOOLS:
        return
    made: dict[str, Contribution] = {}
    for sheet in read_sheets(CONTENT.read_text(encoding="utf-8")):
        space = Space.objects.get(slug=sheet.space)
        SpaceTool.objects.get_or_create(space=space, slug="pages")
        made[sheet.title] = _write(space, sheet, made)


def read_sheets(text: str) -> Iterator[Sheet]:
    """The pages of a content file, see content/FORMAT.md."""
    for block in text.split("=== ")[1:]:
        head, _end, rest = block.partition("\n")
        said = [part.strip() for part in head.split("|")]
        under = said[3].removeprefix("under:").strip() if len(said) > 3 else ""
        body, *changes = rest.split("\n--- ")
        title, _end, text = body.partition("\n")
        yield Sheet(
            said[0], said[1], -int(said[2]), under, title.removeprefix("# "), text.strip().split("\n"),
            [_change(one) for one in changes],
        )  # fmt: skip


def _change(block: str) -> Change:
    head, _end, rest = block.partition("\n")
    author, days, note = (part.strip() for part in head.split("|"))
    _before, *given = rest.split("~~~ ")
    old, new = (one.strip("\n") for one in given) if len(given) == 2 else ("", "")
    return Change(author, -int(days), note, old, new)


def _write(space: Space, sheet: Sheet, made: dict[str, Contribution]) -> Contribution:
    parent = Page.objects.get(contribution=made[sheet.under]) if sheet.under else None
    text = "\n".join(sheet.lines)
    page = publish_page(
        space, title=sheet.title, body=text, by=_member(space, sheet.author), options={"parent": parent}
    )
    for number, change in enumerate(sheet.changes, 1):
        by = _member(space, change.author)
        text = text.replace(change.old, change.new) if change.old else text + "\n\n" + _thanks(change, page)
        found = find_contribution(page.id, by)
        write_page(found, body=text, by=by, base_revision=number, note=change.note)
    _date(page, [sheet.days, *(change.days for change in sheet.changes)])
    return page


def _thanks(change: Change, page: Contribution) -> str:
    """A change of which only the note is told: a line that says it is still true."""
    words = {"fr": "*Relu et toujours vrai.*", "en": "*Read again, and still true.*"}
    return words[page.language if page.language in words else "fr"]


def _member(space: Space, handle: str) -> Person:
    """That person where they are a member who may write, else the first host."""
    rows = space.memberships.select_related("person")
    found = rows.filter(person__username=handle).first()
    row = found or rows.filter(role="host").order_by("joined_at", "id").first()
    assert row is not None
    return row.person


def _date(page: Contribution, days: list[int]) -> None:
    """As if it had been written so many days ago, at an hour of its own."""
    moments = [_at(page.id, one) for one in days]
    Contribution.objects.filter(id=page.id).update(
        published_at=moments[0], last_activity_at=moments[0], edited_at=moments[-1] if len(days) > 1 else None
    )
    for number, moment in enumerate(moments, 1):
        Version.objects.filter(contribution=page, number=number).update(created_at=moment)
    Page.objects.filter(contribution=page).update(changed_at=moments[-1])


def _at(key: int, days: int) -> datetime:
    return clock.now() - timedelta(days=days, hours=2, minutes=key % 50)
