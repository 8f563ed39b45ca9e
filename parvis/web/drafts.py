"""A text being typed as the drafts page lists it: what it is about, where to go on. Not here: keeping it (contributions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from parvis.contributions.models import Reply
from parvis.kernel.ids import decode, encode
from parvis.kernel.markdown import excerpt, render
from parvis.kernel.markdown_rules import MENTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.contributions.marks import Draft


def describe_drafts(drafts: Iterable[Draft]) -> list[dict[str, Any]]:
    """Lines of the drafts page: what was begun, and where to go on. One query where replies are being changed, else none."""
    drafts = list(drafts)
    changed = {key: draft.person_id for draft in drafts if (key := _reply_of(draft))}
    rows = Reply.objects.filter(id__in=changed).only("contribution_id", "author_id") if changed else ()
    replies = {row.id: row for row in rows if row.author_id == changed[row.id]}
    return [_described(draft, replies.get(_reply_of(draft))) for draft in drafts]


def _reply_of(draft: Draft) -> int:
    """The reply that is being changed; 0 for anything else."""
    place, _sep, key = draft.place.partition(":")
    try:
        return decode(key) if place == "edit-reply" else 0
    except ValueError:
        return 0


def _described(draft: Draft, row: Reply | None) -> dict[str, Any]:
    place, _sep, key = draft.place.partition(":")
    if place == "edit-reply":
        key = f"{encode(row.contribution_id)}/replies/{row.key}" if row else ""
    urls = {
        "edit-reply": f"/go/{key}/edit/",
        "template": f"/publish/?template={key}",
        "to": f"/publish/?to={key}",
        "from": f"/publish/?from={key}",
        "new": f"/publish/?kind={key}" if key else "/publish/",
        "reply": f"/go/{key}/#reply",
        "edit": f"/go/{key}/edit/",
        "part": f"/go/{key}/#add-part",
    }
    about = {
        "reply": _("a reply"),
        "edit": _("a change to a text"),
        "edit-reply": _("a change to a reply"),
        "part": _("an addition to a topic"),
    }
    return {
        "text": beginning(draft),
        "url": own_form(draft) or urls.get(place, "/publish/"),
        "saved_at": draft.saved_at,
        "about": about.get(place, _("something new")),
        "icon": "reply" if place == "reply" else "pencil",
        "drop_url": f"/drafts/{draft.place}/drop/",
    }


def own_form(draft: Draft) -> str:
    """Where a tool's own form stands, as the form itself says in `draft_url`; "" for the house's."""
    address = str(draft.fields.get("draft_url", ""))
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else ""


def beginning(draft: Draft) -> str:
    """The title of a text being typed, else its first words as they will be read."""
    if draft.fields.get("title"):
        return " ".join(str(draft.fields["title"])[:120].split())
    # What is typed holds the names of those it mentions: no need to look for them.
    source = MENTION.sub(lambda found: f"@{found[1]}", str(draft.fields.get("body", ""))[:400])
    return excerpt(render(source).text, 120)
