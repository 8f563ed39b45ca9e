"""What came of a topic, in parts, for whoever writes it down elsewhere. Not here: where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.contributions.models import ReplyState, State
from parvis.toolkit.spec import Part
from parvis.tools.forum.models import Idea, Topic

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution

MOST_IDEAS = 60


def gist_of(contribution: Contribution) -> list[Part]:
    """What was decided, the accepted answer, the ideas retained with why: those that a reader of the topic reads."""
    topic = Topic.objects.select_related("accepted_reply__author").filter(contribution=contribution).first()
    if topic is None:
        return []
    parts = []
    if topic.outcome:
        parts.append(Part(_("What was decided"), topic.outcome))
    reply = topic.accepted_reply
    if reply is not None and reply.state == ReplyState.PUBLISHED:
        parts.append(Part(_("The answer that helped"), reply.source, reply.author.display_name))
    ideas = _retained(contribution)
    if ideas:
        parts.append(Part(_("Ideas retained"), ideas))
    return parts


def _retained(contribution: Contribution) -> str:
    """The retained ideas of a brainstorm as a list, each leading to its own page."""
    rows = Idea.objects.filter(
        contribution__part_of=contribution, contribution__state=State.PUBLISHED, retained_at__isnull=False
    )
    lines = []
    for idea in rows.select_related("contribution").order_by("retained_at", "contribution_id")[:MOST_IDEAS]:
        row = idea.contribution
        words = (row.title or row.excerpt).replace("[", "(").replace("]", ")")
        because = f" — {idea.retained_because}" if idea.retained_because else ""
        lines.append(f"- [{words}](/go/{row.key}/){because}")
    return "\n".join(lines)
