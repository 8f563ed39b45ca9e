"""Which texts lead to which pages, kept as texts are written. Not here: who may read of it (reading)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from parvis.contributions.models import Contribution
from parvis.kernel.ids import decode
from parvis.tools.pages.models import Link

if TYPE_CHECKING:
    from parvis.contributions.models import Reply

# An address of ours, whole or from the top of the site: /pages/KEY/ or the permanent one, /go/KEY/.
ADDRESS = re.compile(r"/(?:pages|go)/([0-9a-hjkmnp-tv-z]{13})/")
MOST = 200  # links of one text


def text_written(contribution: Contribution, reply: Reply | None, source: str) -> None:
    """Keeps the pages to which a text leads, and forgets those to which it no longer does."""
    wanted = keys_in(source) - {contribution.id}
    if not wanted and reply is not None and reply.edited_at is None:
        return  # nearly every reply: it is new and leads nowhere
    rows = Link.objects.filter(contribution=contribution, reply=reply)
    present = set(rows.values_list("target_id", flat=True))
    if present - wanted:
        rows.exclude(target_id__in=wanted).delete()
    if not wanted - present:
        return
    pages = Contribution.objects.filter(id__in=wanted - present, kind="page").values_list("id", flat=True)
    Link.objects.bulk_create(
        [
            Link(
                contribution=contribution,
                reply=reply,
                target_id=key,
                space_id=contribution.space_id,
                audience=contribution.audience,
            )
            for key in sorted(pages)
        ],
        ignore_conflicts=True,
    )


def keys_in(source: str) -> set[int]:
    """The keys of the things to which a source leads by their addresses here."""
    found = set()
    for key in ADDRESS.findall(source)[:MOST]:
        with suppress(ValueError):
            found.add(decode(key))
    return found
