"""Everything of one reader in one place: what they have begun, put aside, follow, and what each tool has for them.

Not here: the sections of tools (each tool's `mine`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.approvals import reading as approvals
from parvis.contributions.marks import Bookmark, Draft
from parvis.contributions.models import Contribution
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


def show_mine(request: Request) -> HttpResponse:
    """One statement a section; nothing here is anybody else's to see."""
    viewer = request.viewer
    sections = _approvals(viewer)
    sections += [one for tool in registry.tools() for one in tool.mine(viewer)]
    sections += [_begun(viewer), _followed(viewer), _put_aside(viewer)]
    return page(
        request,
        "web/mine.html",
        sections=[one for one in sections if one.lines],
        empty=[one for one in sections if not one.lines],
    )


def _approvals(viewer: Person) -> list[Section]:
    """What waits for the reader's approval, and what the reader waits for."""
    asked, waiting = approvals.mine(viewer)
    return [
        Section(
            _("To approve"),
            "signature",
            tuple(_approval(one, one.asker) for one in asked),
            "",
            _("When somebody asks for your approval, it waits here."),
        ),
        Section(
            _("Approvals I asked for"),
            "badge-check",
            tuple(_approval(one, one.space_name) for one in waiting),
            "",
            _("Under a document or a page, “Ask for approval” puts it before those who decide."),
        ),
    ]


def _approval(row: Any, sub: str) -> Line:
    at = None if row.due_on else row.asked_at
    return Line(row.title, f"/go/{encode(row.contribution_id)}/", sub, "", at, row.due_on)


def _begun(viewer: Person) -> Section:
    drafts = [describe_draft(row) for row in Draft.objects.filter(person=viewer).order_by("-saved_at")[:MOST]]
    lines = tuple(
        Line(one["text"] or _("Without words yet"), one["url"], one["about"], one["icon"], one["saved_at"])
        for one in drafts
    )
    return Section(
        _("Begun, not finished"), "pen-line", lines, "/drafts/", _("Whatever you begin is kept here.")
    )


def _followed(viewer: Person) -> Section:
    """What they follow closely, the liveliest first."""
    rows = (
        Contribution.objects.visible_to(viewer)
        .filter(follows__person=viewer, follows__level=Level.FOLLOWING, state="published")
        .select_related("space")
        .order_by("-last_activity_at")[:MOST]
    )
    return Section(
        _("What you follow"), "eye", _lines(rows), "", _("Follow a topic, and it stays within reach.")
    )


def _put_aside(viewer: Person) -> Section:
    kept = Bookmark.objects.filter(person=viewer)
    rows = (
        Contribution.objects.visible_to(viewer)
        .filter(id__in=kept.values("contribution"), state="published")
        .select_related("space")
        .order_by("-id")[:MOST]
    )
    return Section(
        _("Saved for later"), "bookmark", _lines(rows), "/saved/", _("Press the bookmark under a text.")
    )


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
