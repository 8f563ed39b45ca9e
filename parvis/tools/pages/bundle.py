"""A page's part in a bundle: its place in the tree, its versions, what it came from. See docs/bundle.md.

Who has the editor open doesn't leave, nor do links: those are found again in the texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from parvis.approvals.bundle import dump_approved, load_approved
from parvis.contributions.texts import MAX_BODY
from parvis.kernel import clock, markdown
from parvis.kernel.ids import encode
from parvis.toolkit.loading import Resolve, moment_in, person_in, text_in
from parvis.tools.pages import approving
from parvis.tools.pages.models import Page, Version
from parvis.tools.pages.versions import LONGEST_NOTE, MOST_NAMED, counted, keep_version

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution

MOST = 2**31 - 1
HEAVIEST = 1_500_000  # characters of older versions that leave with a page: a bundle's lines are bounded


def dump_page(contribution: Contribution) -> dict[str, Any]:
    """parent, position, protected, model, came_from, approved, versions [{number, title, text, by, with, at, note, from, merged}].

    The last version's text is the object's own, its title too unless readers are shown an approved one. `approved` is
    the approval that stands (approvals.bundle).
    """
    page = Page.objects.get(contribution=contribution)
    rows = _last_ones(Version.objects.filter(contribution=contribution).order_by("-number"))
    said = {
        "parent": encode(page.parent_id) if page.parent_id else "",
        "position": page.position,
        "protected": page.is_protected,
        "model": page.is_model,
        "came_from": encode(page.came_from_id) if page.came_from_id else "",
        "versions": [_version(row, row.number == page.version, contribution.title) for row in rows],
        "approved": dump_approved(contribution),
    }
    return {name: value for name, value in said.items() if value not in ("", [], {}, False)}


def _last_ones(rows: Iterable[Version]) -> list[Version]:
    """The last versions, oldest first, as many as a line of a bundle holds."""
    kept: list[Version] = []
    weight = 0
    for row in rows:
        weight += len(row.source) + 400
        if kept and weight > HEAVIEST:
            break
        kept.append(row)
    return kept[::-1]


def _version(row: Version, is_last: bool, title: str) -> dict[str, Any]:
    said = {
        "number": row.number,
        "title": "" if is_last and row.title == title else row.title,
        "text": "" if is_last else row.source,
        "by": encode(row.author_id),
        "with": [encode(key) for key in row.with_ids],
        "at": row.created_at.isoformat(),
        "note": row.note,
        "from": row.restored_from,
        "merged": row.is_merged,
    }
    return {name: value for name, value in said.items() if value not in ("", None, False, [])}


def load_page(contribution: Contribution, detail: dict[str, Any], *, resolve: Resolve) -> None:
    """Makes the detail of a page what the bundle says; run again (once those above it are there), it changes no more."""
    given = detail.get("versions")
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    if _is_written_on(contribution, rows):
        return
    position = detail.get("position")
    parent = _page(resolve, detail.get("parent"), contribution)
    came_from = detail.get("came_from")
    place = {
        "space_id": contribution.space_id,
        "audience": contribution.audience,
        "parent_id": parent,
        "position": position if isinstance(position, int) and 0 <= position <= MOST else 0,
        "is_protected": detail.get("protected") is True,
        "is_model": detail.get("model") is True,
        "came_from_id": resolve("objects", came_from) if isinstance(came_from, str) else None,
    }
    begun = {
        "changed_by_id": contribution.author_id,
        "changed_at": contribution.published_at or clock.now(),
    }
    page, _made = Page.objects.update_or_create(
        contribution=contribution, defaults=place, create_defaults={**place, **begun}
    )
    page.contribution = contribution
    _load_versions(page, rows, resolve)
    load_approved(
        contribution,
        detail.get("approved"),
        person=lambda key: person_in(resolve, key),
        moment=moment_in,
        edition=lambda number: approving.edition_numbered(contribution, number),
    )


def _is_written_on(contribution: Contribution, rows: list[dict[str, Any]]) -> bool:
    """Whether the page came before and has versions made here since: the same bundle again takes nothing back."""
    numbers = [n for one in rows if isinstance(n := one.get("number"), int)]
    page = Page.objects.filter(contribution=contribution).first()
    return page is not None and bool(numbers) and page.version > max(numbers)


def _page(resolve: Resolve, key: Any, contribution: Contribution) -> int | None:
    """The page above, if it is here, of the same community, and not below this one."""
    found = resolve("objects", key) if isinstance(key, str) and key else None
    above, seen = found, {contribution.id}
    while above is not None:
        row = Page.objects.filter(contribution_id=above, space_id=contribution.space_id).first()
        if row is None or above in seen:
            return None
        seen.add(above)
        above = row.parent_id
    return found


def _load_versions(page: Page, rows: list[dict[str, Any]], resolve: Resolve) -> None:
    """Versions as they were; the last one says what the object says."""
    contribution = page.contribution
    numbers = [one.get("number") for one in rows]
    known = [number for number in numbers if isinstance(number, int) and 0 < number < MOST]
    if not known:
        if not Version.objects.filter(contribution=contribution).exists():
            keep_version(page, by=contribution.author)
        return
    last, before = max(known), ""
    for one in sorted(
        (row for row in rows if row.get("number") in known), key=lambda row: int(row["number"])
    ):
        is_last = one["number"] == last
        source = contribution.body.source if is_last else markdown.canonical(text_in(one, "text")[:MAX_BODY])
        version = _load_version(page, one, is_last, source, before, resolve)
        before = source
        if is_last:
            page.version, page.changed_at = version.number, version.created_at
            page.changed_by_id = version.author_id
            page.save(update_fields=["version", "changed_at", "changed_by"])


def _load_version(
    page: Page, one: dict[str, Any], is_last: bool, source: str, before: str, resolve: Resolve
) -> Version:
    contribution = page.contribution
    restored = one.get("from")
    with_them = one.get("with")
    given: list[Any] = with_them if isinstance(with_them, list) else []
    added, taken = counted(before, source)
    version, _made = Version.objects.update_or_create(
        contribution=contribution,
        number=one["number"],
        defaults={
            "space_id": contribution.space_id,
            "audience": contribution.audience,
            "title": text_in(one, "title")[:300] or (contribution.title if is_last else ""),
            "source": source,
            "author_id": person_in(resolve, one.get("by")) or contribution.author_id,
            "created_at": moment_in(one.get("at")) or contribution.published_at or clock.now(),
            "note": text_in(one, "note")[:LONGEST_NOTE],
            "with_ids": [key for key in (person_in(resolve, who) for who in given) if key][:MOST_NAMED],
            "restored_from": restored if isinstance(restored, int) and 0 < restored < MOST else None,
            "is_merged": one.get("merged") is True,
            "words_in": added,
            "words_out": taken,
        },
    )
    return version
