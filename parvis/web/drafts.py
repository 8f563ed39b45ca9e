"""A text being typed as the drafts page lists it: what it is about, where to go on. Not here: keeping it (contributions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.contributions.models import Reply
from parvis.kernel.ids import decode, encode

if TYPE_CHECKING:
    from parvis.contributions.marks import Draft


def describe_draft(draft: Draft) -> dict[str, Any]:
    """A line of the drafts page: what was begun, and where to go on."""
    place, _sep, key = draft.place.partition(":")
    if place == "edit-reply":
        row = (
            Reply.objects.filter(id=decode(key), author_id=draft.person_id).first()
            if len(key) == 13
            else None
        )
        key = f"{encode(row.contribution_id)}/replies/{row.key}" if row else ""
    urls = {
        "edit-reply": f"/go/{key}/edit/",
        "template": f"/publish/?template={key}",
        "to": f"/publish/?to={key}",
        "new": "/publish/",
        "reply": f"/go/{key}/#reply",
        "edit": f"/go/{key}/edit/",
        "part": f"/go/{key}/#add-part",
    }
    text = str(draft.fields.get("title") or draft.fields.get("body") or "")
    about = {
        "reply": _("a reply"),
        "edit": _("a change to a text"),
        "edit-reply": _("a change to a reply"),
        "part": _("an addition to a topic"),
    }
    return {
        "text": " ".join(text[:120].split()),
        "url": urls.get(place, "/publish/"),
        "saved_at": draft.saved_at,
        "about": about.get(place, _("something new")),
        "icon": "reply" if place == "reply" else "pencil",
        "drop_url": f"/drafts/{draft.place}/drop/",
    }
