"""Taking a topic to another community, and splitting replies off into a new topic: rights asked at both ends.

Not here: what the database moves along (contributions.actions.move, contributions.moving).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access.table import may, require
from parvis.attention.actions import follow_moved
from parvis.contributions.actions import move
from parvis.contributions.models import Contribution, Reply
from parvis.contributions.moving import move_replies
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode
from parvis.spaces.models import Audience, Membership, Space
from parvis.toolkit import registry
from parvis.tools.forum.actions import category_of, open_topic, topic_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parvis.people.models import Person

TOOL = "forum"


def places_for(contribution: Contribution, person: Person) -> list[Space]:
    """Communities with a forum where the person may post, by name, the topic's own first."""
    rows = Space.objects.communities().filter(memberships__person=person, archived_at=None, tools__slug=TOOL)
    spaces = [space for space in rows.distinct().order_by("name") if may("space.post", space, by=person)]
    return sorted(spaces, key=lambda space: space.id != contribution.space_id)


def find_place(slug: str, person: Person) -> Space:
    """A space one may post topics in, by slug. Raises Refused: the form offers only such spaces."""
    space = Space.objects.visible_to(person).filter(slug=slug[:80]).first()
    if space is None or TOOL not in registry.slugs_on(space):
        raise Refused(_("Choose one of your communities that has a forum."), field="space")
    return space


def move_topic(contribution: Contribution, to: Space, *, by: Person) -> None:
    """Moves a topic with its replies, ideas, points and files; it stands on the shelf of the same name, if any.

    Who may: a host of the community it leaves who may post where it goes. Raises Refused without a forum there.
    """
    topic = topic_of(contribution)
    name = topic.category.name if topic.category else ""
    if TOOL not in registry.slugs_on(to):
        raise Refused(_("Choose one of your communities that has a forum."), field="space")
    move(contribution, to, by=by)
    topic.category = category_of(to, name)
    topic.save(update_fields=["category"])


def split_topic(
    contribution: Contribution,
    replies: Iterable[int],
    *,
    title: str,
    to: Space,
    by: Person,
    mode: str = "discussion",
) -> Contribution:
    """Opens a new topic with some of the replies of another, which keep their keys, authors and dates.

    Who may: a host of the community they leave who may post where they go. The new topic links to the first one
    without naming it: whoever may not read that one learns nothing of it.
    """
    require("contribution.move", contribution, by=by)
    topic_of(contribution)
    keys = list(replies)
    if not keys:
        raise Refused(_("Choose at least one reply."), field="reply")
    if TOOL not in registry.slugs_on(to):
        raise Refused(_("Choose one of your communities that has a forum."), field="space")
    body = _("These replies come from [another topic](%(url)s).") % {"url": contribution.url}
    opened = open_topic(to, title=title, body=body, by=by, options={"mode": mode})
    moved = move_replies(contribution, keys, opened, by=by)
    follow_moved([row.id for row in moved], opened)
    return opened


def where_is(text: str, contribution: Contribution, person: Person) -> str:
    """The address of a reply that was under this topic once and has moved; "" when it is here or nowhere for them."""
    try:
        key = decode(text)
    except ValueError:
        return ""
    row = Reply.objects.filter(id=key).only("id", "contribution_id").first()
    if row is None or row.contribution_id == contribution.id:
        return ""
    moved = Contribution.objects.visible_to(person).filter(id=row.contribution_id, state="published").exists()
    return row.url if moved else ""


def change_of_audience(contribution: Contribution, to: Space) -> str:
    """What moving there changes for those who read it now, in a sentence."""
    origin = contribution.space
    if to.audience == Audience.EVERYBODY:
        if origin.audience == Audience.EVERYBODY:
            return _("Everyone in the network can still read it.")
        return _("Everyone in the network will be able to read it: tell those who wrote in it first.")
    losing = _writers_outside(contribution, to)
    members = ngettext("%(n)s member", "%(n)s members", to.member_count) % {"n": to.member_count}
    sentence = _("Only the %(members)s of %(space)s will read it.") % {"members": members, "space": to.name}
    if losing:
        sentence += " " + ngettext(
            "%(n)s person who wrote in it won't see it any more.",
            "%(n)s people who wrote in it won't see it any more.",
            losing,
        ) % {"n": losing}
    return sentence


def _writers_outside(contribution: Contribution, to: Space) -> int:
    writers = set(contribution.replies.values_list("author_id", flat=True)) | {contribution.author_id}
    inside = Membership.objects.filter(space=to, person_id__in=writers).values_list("person_id", flat=True)
    return len(writers - set(inside))


def replies_chosen(contribution: Contribution, typed: Iterable[str]) -> list[int]:
    """The keys of a form that are replies of this topic. Raises NotFound for anything that is no key."""
    try:
        keys = {decode(text) for text in typed}
    except ValueError:
        raise NotFound from None
    return list(contribution.replies.filter(id__in=keys).values_list("id", flat=True))
