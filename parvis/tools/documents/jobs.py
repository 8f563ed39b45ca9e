"""Work of documents that nobody waits for. Not here: what it does (previewing, incoming)."""

from __future__ import annotations

from parvis.journal.jobs import job
from parvis.tools.documents.binning import forget_old
from parvis.tools.documents.incoming import sweep
from parvis.tools.documents.previewing import make_preview


@job("documents.preview", retry=1, is_long=True)
def run_preview(version_id: int) -> None:
    """Draws the pages and reads the words of one version."""
    make_preview(version_id)


@job("documents.sweep_incoming", cron="23 * * * *")
def sweep_incoming() -> None:
    """Forgets files that nobody went on sending."""
    sweep()


@job("documents.empty_bin", cron="50 2 * * *")
def empty_bin() -> None:
    """Forgets folders that were removed a month ago; the spine's bin forgets their files."""
    forget_old()
