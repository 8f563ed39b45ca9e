"""Files of texts: kept when received, found by who may read the text. Not here: storage (kernel.files)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.config import config
from parvis.contributions.marks import Attachment
from parvis.contributions.models import Contribution
from parvis.kernel import images
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import site_store

if TYPE_CHECKING:
    from parvis.people.models import Person

PICTURES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
MAX_SIDE = 1600  # pixels
MAX_UNBOUND = 100  # files sent but never published, for one person


def keep_upload(given: Any, *, alt: str, by: Person) -> Attachment:
    """Stores a received file; pictures are drawn anew without their hidden data (place, camera), at most 1600 px.

    Who may: whoever is signed in. Raises Refused for a file that is too large or a picture that can't be read.
    """
    require("site.use", by=by)
    limit = config.max_upload_mb * 1024 * 1024
    if given.size > limit:
        raise Refused(_("This file is too large: %(n)s MB at most.") % {"n": config.max_upload_mb})
    if Attachment.objects.filter(uploader=by, contribution=None).count() >= MAX_UNBOUND:
        raise Refused(_("You have many files waiting for their text. Publish or remove some drafts first."))
    store = site_store()
    kept = store.store(given, name=given.name or "file", max_bytes=limit)
    width = height = None
    if kept.media_type in PICTURES:
        with store.open(kept.sha256) as stream:
            picture = images.prepare(stream.read(), max_side=MAX_SIDE)
        width, height = picture.width, picture.height
        stem = kept.name.rpartition(".")[0] or kept.name
        name = f"{stem}.{picture.media_type.rpartition('/')[2]}"
        kept = store.store(io.BytesIO(picture.data), name=name, max_bytes=limit)
    return Attachment.objects.create(
        uploader=by,
        sha256=kept.sha256,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        width=width,
        height=height,
        alt=alt.strip()[:400],
    )


def find_attachment(attachment_id: int, person: Person) -> Attachment:
    """A file, if the person may read the text that shows it; one not yet published is its uploader's alone.

    Raises NotFound.
    """
    row = Attachment.objects.filter(id=attachment_id).first()
    if row is None:
        raise NotFound
    if row.contribution_id is None:
        if row.uploader_id != person.id:
            raise NotFound
        return row
    if not Contribution.objects.visible_to(person).filter(id=row.contribution_id).exists():
        raise NotFound
    if row.reply is not None and row.reply.state != "published" and row.uploader_id != person.id:
        raise NotFound
    return row
