"""Everything of one reader in one place: what they have begun, put aside, follow, and what each tool has for them.

Not here: the sections of tools (each tool's `mine`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Value
from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.approvals import reading as approvals
from parvis.contributions.kinds import installed_kinds
from parvis.contributions.marks import Bookmark, Draft
from parvis.contributions.models import Contribution
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import fill_names_in_text, mentions_in_text
from parvis.people.models import Person, names_of
from parvis.spaces.models import Level
from parvis.toolkit import registry
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.toolkit.spec import Line, Section
from parvis.web.drafts import describe_draft

MOST = 5


# One statement for what waits for the reader and what they have begun; a second for what they follow and keep.
OWN = f"""
SELECT (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.due_on NULLS LAST, a.id), '[]') FROM ({approvals.MINE}) a) AS approvals,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('place', d.place, 'fields', d.fields, 'saved_at', d.saved_at)
      ORDER BY d.saved_at DESC), '[]')
   FROM (SELECT * FROM contributions_draft WHERE person_id = %(me)s ORDER BY saved_at DESC LIMIT %(limit)s) d) AS drafts"""


def show_mine(request: Request) -> HttpResponse:
    """One statement a section at most; nothing here is anybody else's to see."""
    viewer = request.viewer
    own = read(OWN, {"me": viewer.id, "limit": MOST, "kinds": installed_kinds()})[0]
    sections = _approvals(own.approvals)
    sections += [one for tool in registry.tools() for one in tool.mine(viewer)]
    sections += [_begun(own.drafts, viewer), *_followed_and_kept(viewer)]
    return page(
        request,
        "web/mine.html",
        sections=[one for one in sections if one.lines],
        empty=[one for one in sections if not one.lines],
    )


def _approvals(rows: list[dict[str, Any]]) -> list[Section]:
    """What waits for the reader's approval, and what the reader waits for."""
    return [
        Section(
            _("To approve"),
            "signature",
            tuple(_approval(one, one["asker"]) for one in rows if one["is_asked"]),
            "",
            _("When somebody asks for your approval, it waits here."),
        ),
        Section(
            _("Approvals I asked for"),
            "badge-check",
            tuple(_approval(one, one["space_name"]) for one in rows if not one["is_asked"]),
            "",
            _("Under a document or a page, “Ask for approval” puts it before those who decide."),
        ),
    ]


def _approval(row: dict[str, Any], sub: str) -> Line:
    day = date.fromisoformat(row["due_on"]) if row["due_on"] else None
    at = None if day else datetime.fromisoformat(row["asked_at"])
    return Line(row["title"], f"/go/{encode(row['contribution_id'])}/", sub, "", at, day)


def _begun(rows: list[dict[str, Any]], viewer: Person) -> Section:
    kept = [
        Draft(**{**row, "saved_at": datetime.fromisoformat(row["saved_at"])}, person=viewer) for row in rows
    ]
    drafts = [describe_draft(row) for row in kept]
    lines = tuple(
        Line(one["text"] or _("Without words yet"), one["url"], one["about"], one["icon"], one["saved_at"])
        for one in drafts
    )
    return Section(
        _("Begun, not finished"), "pen-line", lines, "/drafts/", _("Whatever you begin is kept here.")
    )


def _followed_and_kept(viewer: Person) -> list[Section]:
    """What they follow closely, the liveliest first, and what they put aside."""
    seen = Contribution.objects.visible_to(viewer).filter(state="published").select_related("space")
    saved = Bookmark.objects.filter(person=viewer).values("contribution")
    followed = seen.filter(follows__person=viewer, follows__level=Level.FOLLOWING)
    parts = (
        followed.annotate(part=Value(0)).order_by("-last_activity_at")[:MOST],
        seen.filter(id__in=saved).annotate(part=Value(1)).order_by("-id")[:MOST],
    )
    rows = list(parts[0].union(parts[1], all=True))
    lines = _lines(rows)
    told = [[line for row, line in zip(rows, lines, strict=True) if row.part == part] for part in (0, 1)]
    return [
        Section(
            _("What you follow"), "eye", tuple(told[0]), "", _("Follow a topic, and it stays within reach.")
        ),
        Section(
            _("Saved for later"),
            "bookmark",
            tuple(told[1]),
            "/saved/",
            _("Press the bookmark under a text."),
        ),
    ]


def _lines(rows: Iterable[Contribution]) -> tuple[Line, ...]:
    """Contributions as lines, with their community and last moment; one statement more when words name people."""
    found = list(rows)
    texts = {one.id: one.title or one.excerpt[:120] for one in found}
    mentioned = {key for text in texts.values() if "@" in text for key in mentions_in_text(text)}
    names = names_of(mentioned) if mentioned else {}
    return tuple(
        Line(
            fill_names_in_text(texts[one.id], names),
            f"/go/{one.key}/",
            one.space.name,
            registry.kinds()[one.kind][1].icon,
            one.last_activity_at or one.published_at,
        )
        for one in found
    )
