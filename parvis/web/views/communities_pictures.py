"""The cover of a community: a picture re-made and kept, and what stands for it while the assistant goes on.

Not here: the pages (communities_new, communities_host) and the row it ends in (membership).
"""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import site_store
from parvis.kernel.images import MAX_SOURCE_BYTES, prepare
from parvis.people.models import Person

COVER_SIDE, PREVIEW_SIDE = 1600, 480
SALT, LASTS_S = "community.cover", 12 * 3600


def keep_cover(given: Any) -> str:
    """Keeps a picture at the size of a cover, without what the camera wrote in it; its hash. Raises Refused (cover)."""
    if given.size > MAX_SOURCE_BYTES:
        raise Refused(_("This picture is too large. Please take a smaller one."), field="cover")
    try:
        made = prepare(given.read(), max_side=COVER_SIDE, format="webp")
    except Refused as refusal:
        raise Refused(refusal.sentence, field="cover") from refusal
    store = site_store()
    return store.store(BytesIO(made.data), name="cover.webp", max_bytes=MAX_SOURCE_BYTES).sha256


def ticket(cover: str, *, by: Person) -> str:
    """What the form carries for a kept cover: nobody can name another file by it, nor use somebody else's."""
    return signing.dumps([cover, by.id], salt=SALT) if cover else ""


def cover_of(given: str, *, by: Person) -> str:
    """The hash behind a ticket; empty for none, an old one or another person's."""
    try:
        cover, person = signing.loads(given, salt=SALT, max_age=LASTS_S)
    except (signing.BadSignature, ValueError):
        return ""
    return str(cover) if person == by.id else ""


def preview(cover: str) -> str:
    """A small copy of a kept cover, as an address that holds the picture itself: it has no reader but its maker yet."""
    try:
        with site_store().open(cover) as kept:
            small = prepare(kept.read(), max_side=PREVIEW_SIDE, format="webp")
    except (NotFound, Refused):
        return ""
    return f"data:{small.media_type};base64,{base64.b64encode(small.data).decode()}"
