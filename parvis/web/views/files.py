"""Files in texts: received from the composer, served to whoever may read the text. Not here: storage (kernel.files)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from parvis.contributions.attachments import find_attachment, keep_upload
from parvis.kernel.errors import Refused
from parvis.kernel.files import Stored
from parvis.kernel.files_serving import answer_file
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


def serve(request: HttpRequest, attachment: int, name: str) -> HttpResponseBase:
    """A file, under the rights of the text it belongs to."""
    row = find_attachment(attachment, request.viewer)
    kept = Stored(row.sha256, row.size, row.media_type, row.name)
    return answer_file(kept, inline=True, to=request)
