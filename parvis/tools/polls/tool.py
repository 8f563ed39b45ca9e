"""What the house needs to know of polls. Not here: what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.ballots.models import Box
from parvis.toolkit import registry
from parvis.toolkit.notices import PLACES, NoticeClass
from parvis.toolkit.spec import Act, Along, Kind, Option, Tool
from parvis.tools.polls import actions, along, bundle, rules, showing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parvis.contributions.models import Contribution
    from parvis.people.models import Person
    from parvis.spaces.models import Space

AUTHOR_OR_HOST = (Role.AUTHOR, Role.HOST)


def new_fields(spaces: list[Space], *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the composer's own fields of a poll hold."""
    return rules.as_typed(None, typed)


def edit_fields(contribution: Contribution, *, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The same on the edit page, with whether somebody has voted: then nothing of it changes any more."""
    box = Box.objects.prefetch_related("choices").get(contribution=contribution)
    stands = rules.rules_of(actions.poll_of(contribution), box, [*box.choices.all()])
    return {**rules.as_typed(stands, typed), "is_settled": box.voters > 0}


def acts(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Act]:
    """A poll inside one's own text; what leads a poll, on its page of acts."""
    if contribution.kind == "poll":
        return [Act(words, icon, url) for url, words, icon in care_links(contribution, can)]
    is_own = "contribution.edit" in can and actions.may_hold_polls(contribution)
    if not is_own or TOOL.slug not in registry.slugs_on(contribution.space):
        return []
    return [Act(_("Add a poll"), "vote", f"/go/{contribution.key}/polls/")]


def care_links(contribution: Contribution, can: frozenset[str]) -> list[tuple[str, Any, str]]:
    """What its author and the hosts may do with a poll: (address, words, icon)."""
    base, links = f"/polls/{contribution.key}/", list[tuple[str, Any, str]]()
    if not contribution.is_published:
        return links
    is_closed = contribution.card.get("is_closed")
    if "polls.close" in can and not is_closed:
        links += [(base + "date/", _("Change the closing date"), "calendar-clock")]
        links += [(base + "close/", _("Close the poll"), "lock")]
    if "polls.conclude" in can and is_closed:
        has_outcome = "outcome" in contribution.card
        words = _("Change what was decided") if has_outcome else _("Say what was decided")
        links += [(base + "conclude/", words, "gavel")]
    return links


POLL = Kind(
    slug="poll",
    label=_("poll"),
    verb=_("opened a poll"),
    icon="vote",
    view="poll",
    roles=frozenset({"ballot"}),
    draft=actions.draft_poll,
    publish=actions.open_poll,
    face=showing.face,
    options=(
        Option(
            "poll",
            _("Poll"),
            "vote",
            needs_body=False,
            prompt=_("What people should know before they vote (optional)."),
        ),
    ),
    replies=(_("Reply"), _("reply"), _("replies")),
    extra_fields="polls/_fields.html",
    extra_context=new_fields,
    edit_fields="polls/_fields.html",
    edit_context=edit_fields,
    revised=actions.revise_poll,
    settle=actions.settle,
    dump=bundle.dump_poll,
    load=bundle.load_poll,
)

CLOSED = _("A poll that you answered or follow is closed")
CLOSING = _("A poll closes soon, and waits for your vote")
TO_DECIDE = _("Your poll is closed: say what was decided")

CLOSINGS = NoticeClass(
    "poll", _("Polls that close"), _("a poll that concerns you is about to close, or has closed"), "vote", PLACES, rank=70
)  # fmt: skip

TOOL = Tool(
    slug="polls",
    label=_("Polls"),
    icon="vote",
    promise=_("A question to everybody, a result, and what was decided. Secret when it must be."),
    kinds=(POLL,),
    abilities={"polls.close": AUTHOR_OR_HOST, "polls.conclude": AUTHOR_OR_HOST},
    position=50,
    is_personal=True,
    acts=acts,
    along=Along(
        label=_("Add a poll"),
        template="polls/_along.html",
        context=along.fields,
        write=along.write,
        fits=lambda kind: kind != POLL.slug,
    ),
    inside=showing.inside,
    mine=showing.mine,
    notice_classes=dict.fromkeys(("vote_closed", "vote_closing", "vote_to_decide"), CLOSINGS),
    notices={
        "vote_closed": ("vote", CLOSED, CLOSED),
        "vote_closing": ("alarm-clock", CLOSING, CLOSING),
        "vote_to_decide": ("gavel", TO_DECIDE, TO_DECIDE),
    },
)
