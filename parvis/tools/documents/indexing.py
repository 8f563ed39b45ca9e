"""The words by which a document is found: its name, its description, the text of the version shown. Not here: reading that text
out of a file (previewing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.contributions import entries
from parvis.kernel.db import read
from parvis.tools.documents.models import Document

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution

WORDS = """
SELECT d.name, coalesce(b.text, '') AS said, coalesce(v.text, '') AS held FROM documents_document d
  LEFT JOIN contributions_body b ON b.contribution_id = d.contribution_id
  LEFT JOIN documents_version v ON v.contribution_id = d.contribution_id AND v.number = coalesce((SELECT r.number
    FROM approvals_review r WHERE r.contribution_id = d.contribution_id AND r.state = 'approved'), d.version)
WHERE d.contribution_id = %(id)s"""


def index(document: Document) -> None:
    """Puts name, description and the text of the version shown into the search."""
    entries.index(document.contribution)


def words(contribution: Contribution) -> tuple[str, str] | None:
    """Name, and description with the text of the version shown: the approved one, else the last. One query."""
    rows = read(WORDS, {"id": contribution.id})
    return (rows[0].name, f"{rows[0].said} {rows[0].held}") if rows else None


def approval_settled(contribution: Contribution) -> None:
    """Another version is the one shown: it is found by its own words."""
    document = Document.objects.filter(contribution=contribution).first()
    if document is not None:
        document.contribution = contribution
        index(document)
