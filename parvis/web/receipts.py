"""Repeated POSTs: a form carries a key, and the same key gets the same answer without a second write.

Not here: what the write was.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from parvis.kernel.db import read

FIELD = "receipt"


def _key(request: HttpRequest) -> str:
    if request.method != "POST" or request.viewer is None or request.content_type == "application/json":
        return ""
    return request.POST.get(FIELD, "")[:64]


def answer_given(request: HttpRequest) -> HttpResponse | None:
    """The redirect already given to this key, if it was used before. Two at once: the second waits, then repeats."""
    key = _key(request)
    if not key:
        return None
    fresh = read(
        "INSERT INTO journal_receipt (person_id, key, path, location, created_at) VALUES (%s, %s, %s, '', now()) "
        "ON CONFLICT (person_id, key) DO NOTHING RETURNING id",
        [request.viewer.id, key, request.path[:300]],
    )
    if fresh:
        return None
    rows = read(
        "SELECT location FROM journal_receipt WHERE person_id = %s AND key = %s", [request.viewer.id, key]
    )
    location = rows[0].location if rows else ""
    return HttpResponseRedirect(location or "/", status=303)


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Remembers where the answer led; a refused write is rolled back, and its key with it."""
    key = _key(request)
    location = response.headers.get("Location", "")
    if key and location:
        read(
            "UPDATE journal_receipt SET location = %s WHERE person_id = %s AND key = %s",
            [location[:500], request.viewer.id, key],
        )
