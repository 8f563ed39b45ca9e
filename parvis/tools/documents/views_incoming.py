"""The tus protocol 1.0.0 (tus.io/protocols/resumable-upload): core, creation, expiration, checksum, termination.

Not here: what is done with the parts (incoming).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from parvis.config import config
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import ParvisError, Refused, TryAgain
from parvis.kernel.ids import encode
from parvis.spaces.models import Space
from parvis.toolkit.request import Request
from parvis.tools.documents import folders, incoming
from parvis.tools.documents.models import Incoming
from parvis.tools.documents.quotas import MEGABYTE, OverQuota
from parvis.tools.documents.views import key_of

VERSION = "1.0.0"
PART = "application/offset+octet-stream"
MOST_METADATA = 4096


class Misspoken(Exception):
    """A request that the protocol answers by this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def create(request: Request, space: Space) -> HttpResponse:
    """OPTIONS says what is spoken here; POST begins a file and gives it its address."""
    if request.method == "OPTIONS":
        about = {
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,expiration,checksum,termination",
            "Tus-Max-Size": str(config.max_document_mb * MEGABYTE),
            "Tus-Checksum-Algorithm": "sha1,sha256",
        }
        return _answer(204, about)
    return _spoken(request, space, None, lambda: _create(request, space))


def one(request: Request, space: Space, upload: int) -> HttpResponse:
    """A file on its way: HEAD says how much has come, PATCH brings the next part, DELETE forgets it."""
    acts = {"HEAD": _state, "PATCH": _part, "DELETE": _forget}
    found = incoming.find_incoming(space, upload, by=request.viewer)
    return _spoken(request, space, found, lambda: acts[request.method or ""](request, found))


def _spoken(request: Request, space: Space, found: Incoming | None, act: Any) -> HttpResponse:
    """The act's answer; a refusal is a status and a sentence, and what can't become a file any more is forgotten."""
    if request.headers.get("Tus-Resumable") != VERSION:
        return _misspoken(412)
    try:
        return act()  # type: ignore[no-any-return]
    except Misspoken as fault:
        return _misspoken(fault.status)
    except Refused as refusal:
        if found is not None and not incoming.is_worth_keeping(refusal):
            # After the transaction, which is taken back whole.
            later: list[Any] = request.__dict__.setdefault("afterwards", [])
            later.append(lambda: incoming.drop(found.id))
        answer = JsonResponse({"error": refusal.sentence}, status=_status(refusal))
        answer["Tus-Resumable"] = VERSION
        return answer


def _misspoken(status: int) -> HttpResponse:
    """For who writes a sender: what is spoken here, and where it is described."""
    said = "This address speaks tus 1.0.0: see tus.io/protocols/resumable-upload"
    headers = {"Tus-Resumable": VERSION, "Tus-Version": VERSION}
    return JsonResponse({"error": said}, status=status, headers=headers)


def _status(refusal: Refused) -> int:
    kinds = ((incoming.WrongPlace, 409), (incoming.WrongSum, 460), (OverQuota, 413), (TryAgain, 503))
    return next((status for kind, status in kinds if isinstance(refusal, kind)), 422)


def _create(request: Request, space: Space) -> HttpResponse:
    about = read_metadata(request.headers.get("Upload-Metadata", ""))
    folder = folders.find_folder(space, key_of(about.get("folder", "")) or None)
    document = first = None
    if about.get("document"):
        document = _own(request, space, about["document"])
    elif about.get("first"):
        first = _own(request, space, about["first"])
    name = about.get("filename", "") or _("file")
    begun = incoming.begin(
        space,
        name=name,
        size=_number(request, "Upload-Length"),
        folder=folder,
        document=document,
        first=first if first and first.author_id == request.viewer.id else None,
        note=about.get("note", ""),
        by=request.viewer,
    )
    return _answer(201, {"Location": f"{request.path}{encode(begun.id)}/", **_expires(begun)})


def _own(request: Request, space: Space, key: str) -> Any:
    """A document of this space that the sender may read. Raises Refused."""
    try:
        found = find_contribution(key_of(key), request.viewer)
    except ParvisError:
        found = None
    if found is None or found.kind != "document" or found.space_id != space.id:
        raise Refused(_("This document isn't here any more."), field="files")
    return found


def _state(request: Request, found: Incoming) -> HttpResponse:
    return _answer(200, {**_progress(found), "Upload-Length": str(found.size), "Cache-Control": "no-store"})


def _part(request: Request, found: Incoming) -> HttpResponse:
    if request.headers.get("Content-Type") != PART:
        raise Misspoken(415)
    at, digest = _number(request, "Upload-Offset"), _digest(request)
    incoming.add_part(found, request, at=at, digest=digest, by=request.viewer)
    return _answer(204, _progress(found))


def _forget(request: Request, found: Incoming) -> HttpResponse:
    incoming.drop(found.id)
    return _answer(204)


def _progress(found: Incoming) -> dict[str, str]:
    """How much has come; once whole, what it has become."""
    said = {"Upload-Offset": str(found.offset), **_expires(found)}
    if found.made_id is not None:
        said["Content-Location"] = f"/documents/{encode(found.made_id)}/"
    return said


def _expires(found: Incoming) -> dict[str, str]:
    return {"Upload-Expires": http_date(found.expires_at.timestamp())}


def _answer(status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(status=status, headers={"Tus-Resumable": VERSION, **(headers or {})})


def _number(request: Request, name: str) -> int:
    """A header that must be a whole number."""
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Misspoken(400)
    return int(text)


def _digest(request: Request) -> tuple[str, bytes] | None:
    """The sum that goes with a part."""
    given = request.headers.get("Upload-Checksum", "")
    if not given:
        return None
    name, _blank, value = given.partition(" ")
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise Misspoken(400) from None
    if name not in incoming.DIGESTS:
        raise Misspoken(400)
    return name, found


def read_metadata(header: str) -> dict[str, str]:
    """ "name BASE64,name BASE64" as texts; what is no such pair, or no UTF-8, is left out."""
    found: dict[str, str] = {}
    for pair in header[:MOST_METADATA].split(","):
        name, _blank, value = pair.strip().partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if "\x00" not in text:
            found[name] = text
    return found
