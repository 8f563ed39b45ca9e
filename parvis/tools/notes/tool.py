"""What the house needs to know of notes. Not here: what they do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.toolkit.spec import Kind, Option, Tool
from parvis.tools.notes.actions import draft_note, publish_note

NOTE = Kind(
    slug="note",
    label=_("note"),
    verb=_("wrote a note"),
    icon="message-circle",
    view="note",
    roles=frozenset({"note"}),
    draft=draft_note,
    publish=publish_note,
    options=(
        Option(
            "note", _("Note"), "message-circle", title="none", prompt=_("A question, a thank-you, a link…")
        ),
    ),
    replies=(_("Reply"), _("reply"), _("replies")),
)

TOOL = Tool(
    slug="notes",
    label=_("Notes"),
    icon="message-circle",
    kinds=(NOTE,),
    position=5,
    is_always_on=True,
    has_tab=False,
)
