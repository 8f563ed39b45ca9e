"""The classes of notices: what people choose to be told of, by what happened. Tools take these or declare their own.

Not here: who is told (attention.recipients) and what people have chosen (attention.rules).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

Text = Any  # a str, or a lazy translation of one
FOR_YOU, PLACES = "you", "places"  # the two levels a class may have; the third, "everything", is both


@dataclass(frozen=True)
class NoticeClass:
    """One line of the page of rules. `when` completes "You are told when …" beside its box; `slug` is kept on notices: never rename.

    A class that `insists` is told even of what its reader muted or left unopened: it asks something of them by name.
    """

    slug: str
    label: Text
    when: Text
    icon: str
    level: str = FOR_YOU
    insists: bool = False
    rank: int = 50  # its order on pages


MENTION = NoticeClass("mention", _("Mentions"), _("somebody names you"), "at-sign", insists=True, rank=0)
REPLY = NoticeClass(
    "reply", _("Replies"), _("somebody answers you, or in a thread you follow"), "message-circle", rank=5
)
ACCEPTED = NoticeClass(
    "accepted", _("Accepted answers"), _("your answer is accepted"), "circle-check", rank=10
)
THANKS = NoticeClass(
    "thanks", _("Thanks and shares"), _("what you wrote is thanked for or shared"), "hand-heart", rank=15
)
INVITATION = NoticeClass(
    "invitation",
    _("Invitations"),
    _("you are invited, let in or given a task"),
    "mail",
    insists=True,
    rank=20,
)
APPROVAL = NoticeClass(
    "approval",
    _("Approvals"),
    _("an approval waits for you or comes back"),
    "signature",
    insists=True,
    rank=25,
)
IDEA = NoticeClass(
    "idea", _("Ideas and decisions"), _("your idea is retained, or a topic you follow is concluded"), "lightbulb", rank=35
)  # fmt: skip
SEARCH = NoticeClass(
    "search", _("Saved searches"), _("something new answers a search you keep"), "search", rank=38
)
BOOKMARK = NoticeClass(
    "bookmark", _("Reminders"), _("the day comes that you chose for what you saved"), "alarm-clock", insists=True, rank=39
)  # fmt: skip
MODERATION = NoticeClass(
    "moderation", _("Moderation"), _("hosts hide a text of yours, or are asked to look"), "flag", insists=True, rank=40
)  # fmt: skip
REQUEST = NoticeClass(
    "request", _("Requests to join"), _("someone asks to join where you are a host"), "door-open", PLACES, insists=True, rank=60
)  # fmt: skip
NEW = NoticeClass(
    "new", _("New things"), _("something is new in a place you follow closely"), "sparkles", PLACES, rank=80
)  # fmt: skip

HOUSE = (
    MENTION,
    REPLY,
    ACCEPTED,
    THANKS,
    INVITATION,
    APPROVAL,
    IDEA,
    SEARCH,
    BOOKMARK,
    MODERATION,
    REQUEST,
    NEW,
)
