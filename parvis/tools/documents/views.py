"""Pages of documents: a folder, a document, its versions, one's own. Not here: acts (views_acts), bytes (views_files)."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.approvals.reading import approved_number, standing_of
from parvis.attention.opening import contribution_page
from parvis.config import config
from parvis.contributions.models import Contribution
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode, encode
from parvis.kernel.pagination import parse_cursor
from parvis.spaces.models import Space
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.tools.documents import reading, showing
from parvis.tools.documents.folders import find_folder
from parvis.tools.documents.models import Folder


def list_mine(request: Request) -> HttpResponse:
    """What changed last in all the reader's communities."""
    rows, following = reading.latest(request.viewer, parse_cursor(request.GET.get("after", "")))
    lines = [showing.line_of(row) for row in rows]
    mine = showing.mine(request.viewer)[0]
    return page(request, "documents/mine.html", lines=lines, mine=mine, next=following)


def list_top(request: Request, space: Space) -> HttpResponse:
    """The documents of a community that lie in no folder, and its folders."""
    return folder_page(request, space, None)


def list_inside(request: Request, space: Space, folder: int) -> HttpResponse:
    """One folder."""
    return folder_page(request, space, find_folder(space, folder))


def folder_page(
    request: Request, space: Space, folder: Folder | None, error: Refused | None = None, status: int = 200
) -> HttpResponse:
    """A folder with what is in it; `error` is a refused upload."""
    order = request.GET.get("sort", "name")
    order = order if order in reading.ORDERS else "name"
    after = key_of(request.GET.get("after", ""))
    rows, following = reading.list_folder(space, folder, order=order, after=after)
    path = [(str(row.id), row.name) for row in reading.path_of(folder)]
    return page(
        request,
        "documents/index.html",
        status=status,
        folder=folder,
        trail=showing.trail(space, path[:-1]) if folder else [],
        folders=[showing.folder_line(space, row) for row in reading.list_folders(space, folder)]
        if not after
        else [],
        lines=[showing.line_of(row) for row in rows],
        order=order,
        next=encode(following) if following else "",
        path=showing.folder_url(space, folder.id if folder else None),
        base=f"{space.url}documents/",
        is_first=not after,
        most_mb=config.max_upload_mb,
        largest_mb=config.max_document_mb,
        error=error,
        folder_key=encode(folder.id) if folder else "",
    )


def key_of(text: str) -> int:
    """A key as an address says it; 0 for anything else."""
    try:
        return decode(text)
    except ValueError:
        return 0


def show(request: Request, contribution: Contribution) -> HttpResponse:
    """A document: its preview, its words, its versions in short, its replies."""
    return document_page(request, contribution)


def document_page(
    request: Request, contribution: Contribution, error: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The same; `error` is a refused new version."""
    row = reading.read_document(contribution)
    edition = reading.edition_of(row)
    approval = standing_of(contribution, edition, request.viewer) if edition else None
    shown = approval.shown_number(wants_work="work" in request.GET) if approval else 0
    versions = reading.versions_of(contribution, request.viewer)
    doc = showing.describe(row, versions, request.viewer, request.abilities, shown=shown)
    return contribution_page(
        request,
        contribution,
        "documents/document.html",
        status=status,
        beside=showing.beside_replies(versions),
        held=(doc["preview"] or {}).get("text", ""),
        doc=doc,
        approval=approval,
        shown_number=shown,
        trail=showing.trail(contribution.space, row.path),
        error=error,
        typed=request.POST,
    )


def show_versions(request: Request, contribution: Contribution) -> HttpResponse:
    """All versions: when, by whom, how heavy, what changed; each can be downloaded, and made the last one again."""
    row = reading.read_document(contribution)
    rows = reading.versions_of(contribution, request.viewer)
    url = f"/documents/{contribution.key}/"
    befores = [*rows[1:], None]
    lines = [
        showing.version_line(one, before, row.version, url) for one, before in zip(rows, befores, strict=True)
    ]
    doc = showing.describe(row, rows, request.viewer, request.abilities)
    return page(
        request,
        "documents/versions.html",
        contribution=contribution,
        lines=lines,
        doc=doc,
        approved=approved_number(contribution.id),
    )
