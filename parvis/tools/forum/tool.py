"""What the house needs to know of the forum. Not here: what it does."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.tools.forum.actions import draft_topic, open_topic
from parvis.toolkit.spec import Kind, Option, Tool

MODES = {
    "discussion": (_("topic"), "messages-square"),
    "question": (_("question"), "circle-question-mark"),
    "debate": (_("debate"), "scale"),
    "brainstorm": (_("brainstorm"), "lightbulb"),
}


def topic_face(row: Any) -> dict[str, Any]:
    """What a topic's card says beyond the common: its mode."""
    label, icon = MODES[row.card.get("mode", "discussion")]
    return {"kind_label": label, "kind_icon": icon}


TOPIC = Kind(
    slug="topic",
    label=_("topic"),
    verb=_("opened a topic"),
    icon="messages-square",
    view="topic",
    roles=frozenset({"discussion"}),
    draft=draft_topic,
    publish=open_topic,
    face=topic_face,
    options=(
        Option("question", _("Question"), "circle-question-mark", prompt=_("Say what you tried, and what would help."), mode="question"),
        Option("discussion", _("Topic"), "messages-square", prompt=_("What would you like to talk about?"), mode="discussion"),
        Option("debate", _("Debate"), "scale", prompt=_("A proposal to be for or against."), mode="debate"),
        Option("brainstorm", _("Brainstorm"), "lightbulb", prompt=_("What do you need ideas for?"), mode="brainstorm"),
    ),
    replies=(_("Reply"), _("replies")),
)

TOOL = Tool(
    slug="forum",
    label=_("Forum"),
    icon="messages-square",
    promise=_("Questions, discussions and ideas, kept where everybody finds them again."),
    kinds=(TOPIC,),
    position=20,
)
