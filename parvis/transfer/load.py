"""Loading a bundle: checked first, then written in batches, each complete in itself.

A kill loses at most the running batch, and running again goes on from there: rows are recognised by origin, file and
id. Original dates and authors are kept, nobody is notified, no activity counts. Who may: the command line, and an
administrator by a job. Not here: the format (transfer.bundle) and what each table becomes (transfer.landing, transfer.landing_things).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from parvis.journal.jobs import enqueue
from parvis.kernel.db import SYSTEM, acting
from parvis.membership.belonging import recount_spaces
from parvis.membership.everyone import ensure_everyone
from parvis.spaces.models import Space
from parvis.transfer import bundle, landing, landing_things, rows
from parvis.transfer.models import Source

Progress = Callable[[str, int, int], None]
R = TypeVar("R", bound=rows.Row)
BATCH = 400
LANDERS: dict[str, Callable[[landing.Landing, list[Any]], landing.Made]] = {
    "people": landing.land_people,
    "files": landing.land_files,
    "spaces": landing.land_spaces,
    "memberships": landing.land_memberships,
    "objects": landing_things.land_objects,
    "replies": landing_things.land_replies,
    "reactions": landing_things.land_reactions,
    "follows": landing_things.land_follows,
    "totals": landing_things.land_totals,
}

# A table as its report names it.
WORDS: dict[str, Any] = {
    "people": pgettext_lazy("rows of a bundle", "people"),
    "files": pgettext_lazy("rows of a bundle", "files"),
    "spaces": pgettext_lazy("rows of a bundle", "spaces"),
    "memberships": pgettext_lazy("rows of a bundle", "memberships"),
    "objects": pgettext_lazy("rows of a bundle", "objects"),
    "replies": pgettext_lazy("rows of a bundle", "replies"),
    "reactions": pgettext_lazy("rows of a bundle", "reactions"),
    "follows": pgettext_lazy("rows of a bundle", "follows"),
    "totals": pgettext_lazy("rows of a bundle", "totals"),
}


@dataclass
class Report:
    """What an import did, or (dry run) would do."""

    created: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    is_dry_run: bool = False

    def sentences(self) -> list[str]:
        """The report for a human, one sentence a line."""
        if self.problems:
            return [_("Nothing was imported: the bundle has faults."), *self.problems]
        first = (
            _("This is what an import would do; nothing was written.") if self.is_dry_run else _("Imported.")
        )
        lines = [
            _("%(table)s: %(new)s new, %(old)s already here")
            % {"table": WORDS[table], "new": self.created.get(table, 0), "old": self.present.get(table, 0)}
            for table in (of_type.table for of_type in rows.ORDER)
            if self.created.get(table) or self.present.get(table)
        ]
        return [first, *lines]


def import_bundle(path: Path, *, dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Loads a bundle (folder or zip). A bundle with faults changes nothing: the report says them line by line.

    Raises Refused for what isn't a bundle at all.
    """
    report = Report(is_dry_run=dry_run)
    tell = progress or (lambda what, done, total: None)
    with bundle.open_bundle(Path(path)) as opened:
        checked = opened.check(
            lambda table, count: tell(_("Checking %(table)s") % {"table": WORDS[table]}, count, 0)
        )
        if checked.problems:
            report.problems = [str(problem) for problem in checked.problems]
            return report
        with acting(SYSTEM):
            known = _known(opened.manifest.origin)
        landed = landing.Landing(opened.manifest.origin, known, opened.open_file, opened.manifest.created_at)
        for of_type in rows.ORDER:
            _load_table(opened, of_type, landed, report, tell)
        if not dry_run:
            _finish(opened, landed, tell)
    return report


def _known(origin: str) -> dict[tuple[str, str], int]:
    found = Source.objects.filter(origin=origin).values_list("kind", "source_id", "thing_id")
    return {(kind, source_id): thing_id for kind, source_id, thing_id in found.iterator(chunk_size=5000)}


def _load_table(
    opened: bundle.Bundle, of_type: type[rows.Row], landed: landing.Landing, report: Report, tell: Progress
) -> None:
    table, total = of_type.table, opened.manifest.counts.get(of_type.table, 0)
    done = 0
    for batch in _batches(opened.rows(of_type)):
        fresh = [row for row in batch if (table, row.id) not in landed.known]
        if fresh and not report.is_dry_run:
            with acting(SYSTEM):
                made = LANDERS[table](landed, fresh)
                Source.objects.bulk_create(
                    Source(origin=landed.origin, kind=table, source_id=source_id, thing_id=thing_id)
                    for source_id, thing_id in made.items()
                )
            landed.known.update({(table, source_id): thing_id for source_id, thing_id in made.items()})
        report.created[table] = report.created.get(table, 0) + len(fresh)
        report.present[table] = report.present.get(table, 0) + len(batch) - len(fresh)
        done += len(batch)
        tell(str(WORDS[table]), done, total)


def _batches(items: Iterable[R]) -> Iterator[list[R]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _finish(opened: bundle.Bundle, landed: landing.Landing, tell: Progress) -> None:
    """What depends on the whole: managers, details that name replies, counters, the community of everyone."""
    for batch in _batches(opened.rows(rows.Person)):
        with acting(SYSTEM):
            landing.name_managers(landed, batch)
    done = 0
    for objects in _batches(opened.rows(rows.Object)):
        with acting(SYSTEM):
            landing_things.complete_objects(landed, objects)
        done += len(objects)
        tell(_("counters"), done, opened.manifest.counts.get("objects", 0))
    for replies in _batches(opened.rows(rows.Reply)):
        with acting(SYSTEM):
            landing_things.complete_replies(landed, replies)
    with acting(SYSTEM):
        enqueue("search.learn", everything=True)
        recount_spaces(Space.objects.values_list("id", flat=True))
        if any(row.state == "active" for row in opened.rows(rows.Person)):
            ensure_everyone()
