"""Repeated POSTs: a form carries a key, and the same key gets the same answer without a second write.

Not here: what the write was.
"""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from parvis.kernel.db import read

FIELD = "receipt"
# Fields so named hold a choice that may be secret: even a hash of them would tell it to who tries every choice.
SEALED = "sealed_"


def _key(request: HttpRequest) -> str:
    """Receipt, address and content together: going back and sending something else is another write.

    Files count by name and size; the token against forgery doesn't count, since it changes with each page, nor do
    sealed fields.
    """
    if request.method != "POST" or request.viewer is None or request.content_type == "application/json":
        return ""
    receipt = request.POST.get(FIELD, "")
    if not receipt:
        return ""
    fields = sorted((name, values) for name, values in request.POST.lists() if _counts(name))
    files = sorted((name, file.name, file.size) for name, file in request.FILES.items())
    content = repr((request.path, fields, files)).encode()
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def _counts(name: str) -> bool:
    return name != "csrfmiddlewaretoken" and not name.startswith(SEALED)


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
    """Remembers where the answer led; a refused write is rolled back, and its key with it.

    An answer that leads nowhere (a preview, a trial) wrote nothing worth protecting: it may be asked for again.
    """
    key = _key(request)
    if not key:
        return
    where = [request.viewer.id, key]
    location = response.headers.get("Location", "")
    if location:
        read(
            "UPDATE journal_receipt SET location = %s WHERE person_id = %s AND key = %s",
            [location[:500], *where],
        )
    else:
        read("DELETE FROM journal_receipt WHERE person_id = %s AND key = %s", where)
