"""Who may hold a connection: the session of a page, the same gate as its pages. Asked at the beginning and ever again.

Not here: the wire (live.connections).
"""

from __future__ import annotations

from collections.abc import Iterable

from parvis.access import table
from parvis.accounts.models import Session
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel import clock
from parvis.kernel.db import declare_actor
from parvis.kernel.errors import NotAllowed, NotFound
from parvis.people.models import Person, PersonState
from parvis.toolkit import registry
from parvis.toolkit.sockets import SocketRoute


def find_person(session_key: str) -> Person | None:
    """Who this session belongs to, while it runs and their account is open; the transaction then knows them."""
    running = Session.objects.filter(
        session_key=session_key, expire_date__gt=clock.now(), person__state=PersonState.ACTIVE
    )
    row = running.select_related("person").defer("session_data").first() if session_key else None
    if row is None:
        return None
    declare_actor(row.person)
    return row.person


def running_sessions(keys: Iterable[str]) -> set[str]:
    """Those of these session keys that still open something. One query."""
    rows = Session.objects.filter(
        session_key__in=list(keys), expire_date__gt=clock.now(), person__state=PersonState.ACTIVE
    )
    return set(rows.values_list("session_key", flat=True))


def find_route(tool_slug: str, name: str) -> SocketRoute | None:
    """What an installed tool declared under this name."""
    tool = registry.tool(tool_slug)
    return next((found for found in tool.sockets if found.name == name), None) if tool else None


def admit(person: Person, tool_slug: str, ability: str, contribution_id: int) -> Contribution:
    """The contribution, if it is one of this tool's and the person may use the ability on it.

    Raises NotFound in every other case: what one may not, and what isn't there, are one answer.
    """
    found = find_contribution(contribution_id, person)
    owner = registry.tool_of(found.kind)
    if owner is None or owner.slug != tool_slug:
        raise NotFound
    try:
        table.judge(ability, found.held, found)
    except NotAllowed:
        raise NotFound
    return found


def may_still(session_key: str, tool_slug: str, ability: str, contribution_id: int) -> bool:
    """Whether a connection made with this session may go on."""
    person = find_person(session_key)
    if person is None:
        return False
    try:
        admit(person, tool_slug, ability, contribution_id)
    except NotFound:
        return False
    return True
