"""A page, or a page with all below it, as a PDF: what is printed, for whom, within which bounds. The setting itself runs
in the kernel's sandbox (typesetting)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.approvals.reading import approved_number
from parvis.contributions.marks import Attachment
from parvis.kernel import markdown
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.files import local_store
from parvis.kernel.ids import encode
from parvis.kernel.sandbox import DecoderFailed, run_limited
from parvis.kernel.words import slugify
from parvis.people.models import names_of
from parvis.toolkit.formats import number
from parvis.tools.pages import placing, reading
from parvis.tools.pages.models import Version

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution

MOST_PAGES = 60
MOST_TEXT = 300_000  # characters
MOST_PICTURES = 24
HEAVIEST_PICTURE, HEAVIEST = 6_000_000, 24_000_000  # bytes, of one and of all
LIMITS = {"cpu_seconds": 25, "memory_bytes": 1024 * 1024 * 1024, "seconds": 40}


@dataclass(frozen=True)
class Sheet:
    """One page as it is printed."""

    id: int
    title: str
    facts: str
    depth: int
    source: str


def make_pdf(
    contribution: Contribution, *, with_below: bool, language: str, origin: str, site: str
) -> tuple[bytes, str]:
    """The PDF of a published page (with all below it), and its file name; approved versions, where there are some.

    Who may: whoever reads the page (the caller has found it for them); those below are in the same place. Raises
    NotFound, Refused when it is too long or can't be set.
    """
    rows = reading.whole(contribution, deepest=placing.DEEPEST if with_below else 0, limit=MOST_PAGES + 1)
    if not rows:
        raise NotFound
    sheets = [_sheet(row) for row in rows]
    if len(rows) > MOST_PAGES or sum(len(one.source) for one in sheets) > MOST_TEXT:
        raise Refused(_("This is too much for one file: print a smaller part, or page by page."))
    payload = _payload(contribution, sheets, language=language, origin=origin, site=site)
    try:
        data = run_limited("parvis.tools.pages.typesetting:pdf", json.dumps(payload).encode(), **LIMITS)  # type: ignore[arg-type]
    except DecoderFailed:
        raise Refused(_("This page can't be made into a PDF. Your browser can still print it.")) from None
    return data, f"{slugify(contribution.title) or contribution.key}.pdf"


def _payload(
    contribution: Contribution, sheets: list[Sheet], *, language: str, origin: str, site: str
) -> dict[str, Any]:
    sources = [one.source for one in sheets]
    people = names_of({key for source in sources for key in markdown.mentions_in(source)})
    pages = ngettext("%(n)s page", "%(n)s pages", len(sheets)) % {"n": number(len(sheets))}
    today = dateformat.format(timezone.localdate(), "j F Y")
    space = contribution.space.name
    return {
        "title": sheets[0].title,
        "author": site,
        "language": contribution.language or language,
        "foot": f"{site} · {space} · {today}",
        "facts": f"{space} · {pages}",
        "contents": _("Contents"),
        "origin": origin,
        "names": {encode(key): name for key, name in people.items()},
        "pages": [
            {"title": one.title, "facts": one.facts, "depth": one.depth, "source": one.source}
            for one in sheets
        ],
        "pictures": _pictures([one.id for one in sheets], sources),
    }


def _sheet(row: Any) -> Sheet:
    """A page as its readers are shown it: its approved version where it has one, else its last."""
    shown = approved_number(row.id)
    older = Version.objects.filter(contribution_id=row.id, number=shown).first() if shown else None
    if older is None or older.number == row.version:
        return Sheet(row.id, row.title, _facts(row.version, row.changed_at), row.depth, row.source)
    return Sheet(row.id, older.title, _facts(older.number, older.created_at), row.depth, older.source)


def _facts(version: int, at: datetime) -> str:
    day = dateformat.format(timezone.localtime(at), "j F Y")
    return _("Version %(n)s, %(day)s") % {"n": version, "day": day}


def _pictures(pages: list[int], sources: list[str]) -> dict[str, str]:
    """The pictures that these pages show and that are theirs, as the setting takes them."""
    asked = {key for source in sources for key in markdown.render(source).files}
    rows = Attachment.objects.filter(
        id__in=asked, contribution_id__in=pages, reply=None, width__isnull=False, size__lte=HEAVIEST_PICTURE
    )
    found: dict[str, str] = {}
    weight = 0
    for row in rows.order_by("id")[:MOST_PICTURES]:
        weight += row.size
        if weight > HEAVIEST:
            break
        with local_store().open(row.sha256) as file:
            found[encode(row.id)] = base64.b64encode(file.read()).decode()
    return found
