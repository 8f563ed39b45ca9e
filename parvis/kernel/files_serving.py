"""A kept file as an answer: sent by us, or by the nginx before us. Not here: who may read it (the view has asked)."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase

from parvis.kernel.files import Stored, local_store, response_headers


def answer_file(stored: Stored, *, inline: bool, max_age: int = 0) -> HttpResponseBase:
    """The file with the headers of `response_headers`. Raises NotFound when its content isn't kept here.

    Where PARVIS_FILES_INTERNAL names an address inside nginx, the body stays empty and nginx puts the file there.
    """
    headers = response_headers(stored, inline=inline, max_age=max_age)
    media_type, store = headers.pop("Content-Type"), local_store()
    if not settings.PARVIS_FILES_INTERNAL:
        answer = FileResponse(store.open(stored.sha256), content_type=media_type)
        # Last: FileResponse has a disposition of its own, which would show in place what ours has downloaded.
        for name, value in headers.items():
            answer.headers[name] = value
        return answer
    place = store.path(stored.sha256).relative_to(store.root)
    headers["X-Accel-Redirect"] = f"{settings.PARVIS_FILES_INTERNAL.rstrip('/')}/{place}"
    return HttpResponse(headers=headers, content_type=media_type)
