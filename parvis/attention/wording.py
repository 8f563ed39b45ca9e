"""What happened, in words: one sentence for each reason of a notice. Not here: who is told (attention.actions)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.toolkit import registry
from parvis.toolkit.formats import number

ICONS = {
    "mention": "at-sign",
    "reply": "message-circle",
    "answer": "corner-down-right",
    "followed": "bell",
    "accepted": "circle-check",
    "invited": "mail",
    "asked": "door-open",
    "reported": "flag",
    "hidden": "eye-off",
    "thanked": "hand-heart",
    "new": "sparkles",
    "search": "search",
    "bookmark": "alarm-clock",
    "retained": "lightbulb",
    "concluded": "gavel",
    "idea": "lightbulb",
    "merged": "git-merge",
    "host": "hand-heart",
    "hosting": "hand-heart",
    "added": "user-plus",
    "refused": "door-open",
    "community_asked": "users",
    "shared": "forward",
    "community_accepted": "party-popper",
    "community_refused": "users",
    "approval_asked": "signature",
    "approval_turn": "signature",
    "approval_again": "signature",
    "approval_due": "alarm-clock",
    "approval_late": "alarm-clock",
    "approval_slow": "alarm-clock",
    "approval_done": "badge-check",
    "approval_refused": "circle-alert",
    "approval_renewed": "refresh-cw",
    "approval_withdrawn": "undo-2",
    "approval_gone": "user",
}


def names_in_words(names: Sequence[str], count: int) -> str:
    """ "Claire", "Claire and Tom", "4 people": never a list to read through."""
    if count <= 1:
        return names[0] if names else _("Someone")
    if count == 2 and len(names) == 2:
        return _("%(one)s and %(other)s") % {"one": names[0], "other": names[1]}
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


def sentence(reason: str, who: str, count: int = 1, *, things: int = 1) -> str:
    """What happened, by the reason kept on the notice; `who` did it, `count` people together, to `things` things."""
    given = {"who": who, "n": number(things)}
    sentences = {
        "mention": ngettext("%(who)s mentioned you", "%(who)s mentioned you", count),
        "reply": ngettext("%(who)s replied to you", "%(who)s replied to you", count),
        "answer": ngettext("%(who)s answered your reply", "%(who)s answered your reply", count),
        "followed": ngettext(
            "%(who)s replied in a thread you follow", "%(who)s replied in a thread you follow", count
        ),
        "accepted": ngettext("%(who)s accepted your answer", "%(who)s accepted your answer", count),
        "accepted@space": ngettext("%(who)s accepted your request", "%(who)s accepted your request", count),
        "welcomed": ngettext("%(who)s accepted your request", "%(who)s accepted your request", count),
        "invited": ngettext("%(who)s invites you to a community", "%(who)s invite you to a community", count),
        "asked": ngettext("%(who)s asks to join", "%(who)s ask to join", count),
        "added": ngettext("%(who)s made you a member", "%(who)s made you a member", count),
        "refused": ngettext("%(who)s answered your request", "%(who)s answered your request", count),
        "thanked": ngettext("%(who)s reacted to what you wrote", "%(who)s reacted to what you wrote", count),
        "search": ngettext(
            "Something new answers a search you keep", "%(n)s new things answer searches you keep", things
        ),
        "bookmark": _("You asked to be reminded of this today"),
        "new": ngettext("%(who)s published something", "%(who)s published %(n)s things", things),
        "reported": ngettext(
            "%(who)s asks you to look at something", "%(who)s ask you to look at something", count
        ),
        "hidden": ngettext(
            "%(who)s hid what you wrote, and says why", "%(who)s hid what you wrote, and say why", count
        ),
        "retained": ngettext("%(who)s retained your idea", "%(who)s retained your idea", count),
        "concluded": ngettext(
            "%(who)s wrote down what was decided", "%(who)s wrote down what was decided", count
        ),
        "idea": ngettext("%(who)s added an idea", "%(who)s added an idea", count),
        "merged": ngettext(
            "%(who)s merged your idea with another", "%(who)s merged your idea with another", count
        ),
        "host": ngettext("%(who)s made you a host", "%(who)s made you a host", count),
        "hosting": ngettext("%(who)s made you a host", "%(who)s made you a host", count),
        "shared": ngettext("%(who)s shared what you wrote", "%(who)s shared what you wrote", count),
        "community_asked": ngettext(
            "%(who)s would like a new community", "%(who)s would like a new community", count
        ),
        "community_accepted": ngettext(
            "%(who)s opened the community you asked for", "%(who)s opened the community you asked for", count
        ),
        "community_refused": ngettext(
            "%(who)s answered your idea of a community", "%(who)s answered your idea of a community", count
        ),
    }
    if reason.startswith("opened:"):
        return _("A new tool is open: %(tool)s") % {"tool": _label(reason)}
    sentences |= _of_approvals()
    otherwise = ngettext(
        "%(who)s did something that concerns you", "%(who)s did something that concerns you", count
    )
    of_tool = _said_by_tools(reason)
    if of_tool is not None:
        return str(of_tool[1] if count == 1 else of_tool[2]) % given
    return sentences.get(reason, otherwise) % given


def _of_approvals() -> dict[str, str]:
    """What approvals tell; those told by the clock name nobody."""
    return {
        "approval_asked": _("%(who)s asks for your approval"),
        "approval_turn": _("It is your turn to approve, after %(who)s"),
        "approval_again": _("%(who)s wrote a new version: your approval is asked anew"),
        "approval_due": _("Your approval is soon due"),
        "approval_late": _("Your approval is still waited for"),
        "approval_slow": _("The approval you asked for is late"),
        "approval_done": _("Approved: %(who)s was the last to answer"),
        "approval_refused": _("%(who)s refused to approve, and says why"),
        "approval_renewed": _("%(who)s wrote a new version: the approval you asked for begins anew"),
        "approval_withdrawn": _("Your approval is no longer asked for"),
        "approval_gone": _(
            "Somebody whose approval you asked for can't answer any more: choose somebody else"
        ),
    }


def icon_of(reason: str) -> str:
    """The drawing beside a notice of this reason."""
    if reason.startswith("opened:"):
        return "door-open"
    of_tool = _said_by_tools(reason)
    return of_tool[0] if of_tool else ICONS.get(reason, "bell")


def _label(reason: str) -> str:
    """The name of the tool whose opening is told."""
    slug = reason.partition(":")[2]
    return next((str(tool.label) for tool in registry.tools() if slug and tool.slug.startswith(slug)), slug)


def url_of(reason: str) -> str:
    """Where a tool's notice about no contribution and no community leads; empty for every other."""
    return next((tool.notice_urls[reason] for tool in registry.tools() if reason in tool.notice_urls), "")


def _said_by_tools(reason: str) -> tuple[str, Any, Any] | None:
    found = (tool.notices.get(reason) for tool in registry.tools())
    return next((one for one in found if one is not None), None)
