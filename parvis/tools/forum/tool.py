"""What the house needs to know of the forum. Not here: what it does."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.toolkit.spec import Act, Kind, Option, Tool
from parvis.tools.forum import actions, bundle, ideas
from parvis.tools.forum.asking import composer_fields
from parvis.tools.forum.gist import gist_of
from parvis.tools.forum.models import MODES
from parvis.tools.forum.showing import care_links

AUTHOR_OR_HOST = (Role.AUTHOR, Role.HOST)


def topic_face(row: Any) -> dict[str, Any]:
    """What a topic's card says beyond the common: its mode."""
    label, icon = MODES[row.card.get("mode", "discussion")]
    return {"kind_label": label, "kind_icon": icon}


def acts(contribution: Any, viewer: Any, can: frozenset[str]) -> list[Act]:
    """On a topic's page of acts: what keeps it in order, the same as beside the topic. One query, for topics only."""
    if contribution.kind != "topic" or not can & {"forum.conclude", "forum.close", "contribution.move"}:
        return []
    links = care_links(contribution, contribution.topic, can, f"/forum/{contribution.key}/")
    return [Act(words, icon, address) for address, words, icon in links]


TOPIC = Kind(
    slug="topic",
    label=_("topic"),
    verb=_("opened a topic"),
    icon="messages-square",
    view="topic",
    roles=frozenset({"discussion"}),
    draft=actions.draft_topic,
    publish=actions.open_topic,
    face=topic_face,
    options=(
        Option(
            "question",
            _("Question"),
            "circle-question-mark",
            prompt=_("Say what you tried, and what would help."),
            mode="question",
            needs_body=False,
        ),
        Option(
            "discussion",
            _("Topic"),
            "messages-square",
            prompt=_("What would you like to talk about?"),
            mode="discussion",
            needs_body=False,
        ),
        Option(
            "debate",
            _("Debate"),
            "scale",
            prompt=_("A proposal to be for or against."),
            mode="debate",
            needs_body=False,
        ),
        Option(
            "brainstorm",
            _("Brainstorm"),
            "lightbulb",
            prompt=_("What do you need ideas for?"),
            mode="brainstorm",
            needs_body=False,
        ),
    ),
    replies=(_("Reply"), _("reply"), _("replies")),
    extra_fields="forum/_fields.html",
    extra_context=composer_fields,
    reply_gone=actions.forget_reply,
    gist=gist_of,
    dump=bundle.dump_topic,
    load=bundle.load_topic,
)

IDEA = Kind(
    slug="idea",
    label=_("idea"),
    verb=_("added an idea"),
    icon="lightbulb",
    view="topic",
    draft=ideas.draft_idea,
    publish=ideas.publish_idea,
    replies=(_("Reply"), _("reply"), _("replies")),
    dump=bundle.dump_idea,
    load=bundle.load_idea,
)

TOOL = Tool(
    slug="forum",
    label=_("Forum"),
    icon="messages-square",
    promise=_("Questions, discussions and ideas, kept where everybody finds them again."),
    kinds=(TOPIC, IDEA),
    acts=acts,
    abilities={
        "forum.accept": AUTHOR_OR_HOST,
        "forum.conclude": AUTHOR_OR_HOST,
        "forum.close": AUTHOR_OR_HOST,
        "forum.sort": AUTHOR_OR_HOST,
        "forum.arrange": (Role.HOST,),
        "forum.group": (Role.HOST,),
        "forum.retain": (Role.HOST,),
    },
    position=20,
)
