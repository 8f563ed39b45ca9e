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
from parvis.contributions.models import WAITING, Contribution
from parvis.kernel import clock
from parvis.kernel.db import read
from parvis.kernel.ids import encode
from parvis.kernel.markdown import fill_names_in_text, mentions_in_text
from parvis.people.models import Person, names_of
from parvis.spaces.models import Level
from parvis.toolkit import registry
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.toolkit.spec import Line, Section
from parvis.web.drafts import describe_drafts

MOST = 5


# One statement for what waits for the reader and is being typed; a second for drafts, what they follow and keep.
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
    sections += _of_contributions(viewer, _typed(own.drafts, viewer))
    sections.sort(key=lambda one: one.rank)
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
            rank=0,
        ),
        Section(
            _("Approvals I asked for"),
            "badge-check",
            tuple(_approval(one, one["space_name"]) for one in rows if not one["is_asked"]),
            "",
            _("Under a document or a page, “Ask for approval” puts it before those who decide."),
            rank=35,
        ),
    ]


def _approval(row: dict[str, Any], sub: str) -> Line:
    day = date.fromisoformat(row["due_on"]) if row["due_on"] else None
    at = None if day else datetime.fromisoformat(row["asked_at"])
    return Line(row["title"], f"/go/{encode(row['contribution_id'])}/", sub, "", at, day)


def _typed(rows: list[dict[str, Any]], viewer: Person) -> list[Line]:
    """Texts left in a form while they were being typed."""
    kept = [
        Draft(**{**row, "saved_at": datetime.fromisoformat(row["saved_at"])}, person=viewer) for row in rows
    ]
    return [
        Line(one["text"] or _("Without words yet"), one["url"], one["about"], one["icon"], one["saved_at"])
        for one in describe_drafts(kept)
    ]


def _of_contributions(viewer: Person, typed: list[Line]) -> list[Section]:
    """What they have begun (drafts and what waits for its date beside what is being typed), what they follow closely,
    the liveliest first, and what they put aside. One statement.
    """
    told = _parts(viewer)
    begun = sorted([*typed, *told[2]], key=lambda line: line.at or clock.now(), reverse=True)
    return [
        Section(
            _("Begun, not finished"),
            "pen-line",
            tuple(begun[:MOST]),
            "/drafts/",
            _("Whatever you begin is kept here."),
            rank=30,
        ),
        Section(
            _("What you follow"),
            "eye",
            tuple(told[0]),
            "",
            _("Follow a topic, and it stays within reach."),
            rank=60,
        ),
        Section(
            _("Saved for later"),
            "bookmark",
            tuple(told[1]),
            "/saved/",
            _("Press the bookmark under a text."),
            rank=70,
        ),
    ]


def _parts(viewer: Person) -> list[list[Line]]:
    """Followed, put aside, one's own that isn't published yet."""
    readable = Contribution.objects.visible_to(viewer).select_related("space")
    seen = readable.filter(state="published")
    saved = Bookmark.objects.filter(person=viewer).values("contribution")
    followed = seen.filter(follows__person=viewer, follows__level=Level.FOLLOWING)
    own = readable.filter(author=viewer, state__in=WAITING).exclude(part_of__state__in=WAITING)
    parts = (
        followed.annotate(part=Value(0)).order_by("-last_activity_at")[:MOST],
        seen.filter(id__in=saved).annotate(part=Value(1)).order_by("-id")[:MOST],
        own.annotate(part=Value(2)).order_by("-created_at")[:MOST],
    )
    rows = list(parts[0].union(*parts[1:], all=True))
    lines = _lines(rows)
    told: list[list[Line]] = [[], [], []]
    for row, line in zip(rows, lines, strict=True):
        told[row.part].append(line)  # type: ignore[attr-defined]
    return told


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
            one.last_activity_at or one.published_at or one.created_at,
        )
        for one in found
    )
