"""The bytes of documents: downloads, what plays in the page, drawn pages, a folder as ZIP. Not here: pages (views)."""

from __future__ import annotations

from typing import cast

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.contributions.models import Contribution
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import Stored, content_disposition, site_store
from parvis.kernel.files_serving import answer_file
from parvis.spaces.models import Space
from parvis.toolkit.request import Request
from parvis.tools.documents import reading
from parvis.tools.documents.archive import Entry, stream_archive
from parvis.tools.documents.folders import find_folder
from parvis.tools.documents.previewing import FILMS, SOUNDS
from parvis.tools.documents.views import key_of


def download(request: Request, contribution: Contribution, number: int) -> HttpResponse:
    """One version, always as a file to save, under the document's own name when it is the last."""
    row = reading.find_version(contribution, number, request.viewer)
    name = row.called if row.number == row.last else row.name
    return _served(request, Stored(row.sha256, row.size, row.media_type, name), inline=False)


def play(request: Request, contribution: Contribution, number: int) -> HttpResponse:
    """A sound or a film, for the page's own player."""
    row = reading.find_version(contribution, number, request.viewer)
    if row.media_type not in SOUNDS | FILMS:
        raise NotFound
    return _served(request, Stored(row.sha256, row.size, row.media_type, row.name), inline=True)


def page_image(request: Request, contribution: Contribution, number: int, page: int) -> HttpResponse:
    """One drawn page of a version: a picture of our own making."""
    row = reading.find_version(contribution, number, request.viewer)
    if not 1 <= page <= len(row.pages):
        raise NotFound
    sha256, size, _width, _height = row.pages[page - 1]
    return _served(request, Stored(sha256, size, "image/webp", f"page-{page}.webp"), inline=True)


def _served(request: Request, stored: Stored, *, inline: bool) -> HttpResponse:
    return cast(HttpResponse, answer_file(stored, inline=inline, to=request))


def archive(request: Request, space: Space) -> HttpResponse:
    """A folder with all that is in it (or the whole community's documents), as a ZIP made while it is sent.

    The rows are read now, under the reader's rights; what goes out afterwards asks the database nothing more.
    """
    root = find_folder(space, key_of(request.GET.get("folder", "")) or None)
    places = {row.id: tuple(row.names) for row in reading.all_folders(space)}
    base = places[root.id] if root else ()
    inside = {key: names[len(base) :] for key, names in places.items() if names[: len(base)] == base}
    rows = reading.zipped(space, list(inside) if root else None)
    if len(rows) > reading.MOST_ZIPPED:
        raise Refused(_("This is more than 5,000 files: take its folders one by one."))
    entries = [
        Entry(inside.get(row.folder_id, ()), row.name, row.sha256, timezone.localtime(row.created_at))
        for row in rows
    ]
    answer = StreamingHttpResponse(stream_archive(entries, site_store()), content_type="application/zip")
    named = f"{root.name if root else space.name}.zip"
    answer["Content-Disposition"] = content_disposition(named, inline=False)
    return cast(HttpResponse, answer)
