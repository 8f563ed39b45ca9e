"""Files in texts: received from the composer, served to whoever may read the text. Not here: storage (kernel.files)."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from parvis.contributions.attachments import find_attachment, keep_upload
from parvis.kernel.errors import Refused
from parvis.kernel.files import Stored, local_store, response_headers
from parvis.kernel.ids import encode


def upload(request: HttpRequest) -> HttpResponse:
    """Receives one file of a text being written; until published, its uploader alone may read it."""
    given = request.FILES.get("file")
    try:
        if given is None:
            raise Refused(_("Choose a file."))
        row = keep_upload(given, alt=request.POST.get("alt", ""), by=request.viewer)
    except Refused as refusal:
        return JsonResponse({"error": refusal.sentence}, status=422)
    return JsonResponse({"id": encode(row.id), "url": row.url, "name": row.name, "is_image": row.is_image})


def serve(request: HttpRequest, attachment: int, name: str) -> HttpResponse:
    """A file, under the rights of the text it belongs to."""
    row = find_attachment(attachment, request.viewer)
    kept = Stored(row.sha256, row.size, row.media_type, row.name)
    headers = response_headers(kept, inline=True)
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304)
    # named apart: FileResponse would guess another type and put it over ours
    media_type, stream = headers.pop("Content-Type"), local_store(settings.PARVIS_FILES_ROOT).open(row.sha256)
    return FileResponse(stream, headers=headers, content_type=media_type)
