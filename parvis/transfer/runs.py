"""Imports asked for in the browser: a bundle received, tried first, then loaded by a job that tells how far it is.

Not here: reading and loading a bundle (transfer.bundle, transfer.load).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.config import config
from parvis.journal.actions import record
from parvis.journal.jobs import enqueue
from parvis.kernel.db import SYSTEM, acting
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.transfer.load import import_bundle
from parvis.transfer.models import Run

IMPORT = "import"
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
SHOWN = 20
TELL_EVERY_S = 0.5
KEPT_SENTENCES = 300


def folder() -> Path:
    """Where received bundles wait."""
    return config.data / "imports"


def receive(given: Any | None, *, by: Person) -> Run:
    """Keeps a bundle and has it tried: nothing is written before its report was read. Who may: administrators.

    Raises Refused (bundle) for no file, a file that is no zip, or one too large.
    """
    require("site.administer", by=by)
    if given is None:
        raise Refused(_("Choose a file."), field="bundle")
    if given.size is not None and given.size > config.max_import_mb * 2**20:
        raise Refused(
            _("This file is too large: %(n)s MB at most.") % {"n": config.max_import_mb}, field="bundle"
        )
    head = given.read(4)
    given.seek(0)
    if head[:2] != b"PK":
        raise Refused(
            _("This isn't a zip. A bundle is a zip with a manifest.json at its top."), field="bundle"
        )
    run = Run(
        kind=IMPORT, asked_by_id=by.id, is_dry_run=True, report={"name": (given.name or "bundle.zip")[:120]}
    )
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    run.path = str(folder() / f"{encode(run.id)}.zip")
    with open(run.path, "wb") as target:
        for chunk in given.chunks():
            target.write(chunk)
    return _begin(run, by=by)


def confirm(run: Run, *, by: Person) -> Run:
    """Loads for real what was tried without a fault. Who may: administrators. Raises Refused."""
    require("site.administer", by=by)
    if not can_be_loaded(run):
        raise Refused(_("Try it first: only a bundle without faults can be loaded."))
    return _begin(
        Run(kind=IMPORT, asked_by_id=by.id, path=run.path, report={"name": run.report.get("name", "")}), by=by
    )


def can_be_loaded(run: Run) -> bool:
    """Whether a trial ended well and its file is still here."""
    return (
        run.is_dry_run and run.state == DONE and not run.report.get("has_faults") and Path(run.path).is_file()
    )


def _begin(run: Run, *, by: Person) -> Run:
    run.save(force_insert=True)
    enqueue("transfer.run", run_id=run.id)
    record("import.asked", thing_kind="import", thing_id=run.id, by=by, is_silent=True)
    return run


def find_run(key: int, *, by: Person) -> Run:
    """One import. Who may: administrators. Raises NotFound."""
    require("site.administer", by=by)
    run = Run.objects.filter(id=key, kind=IMPORT).first()
    if run is None:
        raise NotFound
    return run


def runs(*, by: Person) -> list[Run]:
    """The last imports, newest first. Who may: administrators."""
    require("site.administer", by=by)
    return list(Run.objects.filter(kind=IMPORT).order_by("-id")[:SHOWN])


def forget(run: Run, *, by: Person) -> None:
    """Drops an import's record and its file; what was loaded stays. Raises Refused while it runs."""
    require("site.administer", by=by)
    if run.state == RUNNING:
        raise Refused(_("It is running. Wait for its end."))
    path = Path(run.path)
    run.delete()
    if not Run.objects.filter(path=str(path)).exists():
        path.unlink(missing_ok=True)


def work(run_id: int) -> None:
    """The job: loads the bundle in transactions of its own, telling how far it is. Taken up again after a kill."""
    with acting(SYSTEM):
        run = Run.objects.filter(id=run_id, state__in=[WAITING, RUNNING]).first()
        language = (
            Person.objects.filter(id=run.asked_by_id).values_list("language", flat=True).first()
            if run
            else None
        )
    if run is None:
        return
    _tell(run_id, state=RUNNING)
    with translation.override(language or "fr"):
        try:
            report = import_bundle(Path(run.path), dry_run=run.is_dry_run, progress=_progress(run))
        except Refused as refusal:
            _end(run, FAILED, [refusal.sentence], has_faults=True)
        else:
            _end(run, DONE, report.sentences(), has_faults=bool(report.problems))


def _progress(run: Run) -> Any:
    """Called often by the loader; told at most twice a second."""
    told = [0.0]

    def tell(what: str, done: int, total: int) -> None:
        if time.monotonic() - told[0] >= TELL_EVERY_S:
            told[0] = time.monotonic()
            run.report = {**run.report, "now": what}
            _tell(run.id, done=done, total=total, report=run.report)

    return tell


def _end(run: Run, state: str, sentences: list[str], *, has_faults: bool) -> None:
    report = {**run.report, "now": "", "sentences": sentences[:KEPT_SENTENCES], "has_faults": has_faults}
    _tell(run.id, state=state, report=report)
    if state == DONE and not run.is_dry_run and not has_faults:
        Path(run.path).unlink(missing_ok=True)


def _tell(run_id: int, **changes: Any) -> None:
    with acting(SYSTEM):
        Run.objects.filter(id=run_id).update(**changes)
