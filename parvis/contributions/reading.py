"""Reads of one contribution and of its thread, by a person. Not here: streams (contributions.stream)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.access.roles import Role, roles
from parvis.contributions.kinds import installed_kinds
from parvis.contributions.models import Contribution, Reply, State
from parvis.kernel.errors import NotFound

if TYPE_CHECKING:
    from parvis.people.models import Person


def find_contribution(contribution_id: int, person: Person | None) -> Contribution:
    """The contribution with its author, space and text, if the person may read it.

    Hosts also reach what they hid, to judge it again. Raises NotFound in every other case.
    """
    rows = Contribution.objects.select_related("author", "space", "body")
    found = rows.visible_to(person).filter(id=contribution_id).first()
    if found is None and person is not None:
        hidden = rows.filter(id=contribution_id, state=State.HIDDEN, kind__in=installed_kinds()).first()
        found = hidden if hidden and Role.HOST in roles(person, hidden.space) else None
    if found is None or found.state == State.REMOVED and found.author_id != getattr(person, "id", None):
        raise NotFound
    return found


def find_reply(contribution: Contribution, reply_id: int) -> Reply:
    """A reply of a contribution already found for its reader. Raises NotFound."""
    reply = contribution.replies.select_related("author").filter(id=reply_id).first()
    if reply is None:
        raise NotFound
    reply.contribution = contribution
    return reply
