"""A poll asked while one writes another text: it waits with it, and is published with it. Not here: the poll (actions)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.ballots.models import Box
from parvis.contributions.actions import retire, revise
from parvis.contributions.models import WAITING, Contribution, State
from parvis.kernel.errors import Refused
from parvis.tools.polls import actions, rules

if TYPE_CHECKING:
    from parvis.people.models import Person


def waiting_poll(contribution: Contribution | None) -> Contribution | None:
    """The poll that waits with a text that isn't published yet, if there is one."""
    if contribution is None or contribution.state not in WAITING:
        return None
    return contribution.parts.filter(kind="poll", state=State.DRAFT).order_by("id").first()


def fields(typed: Mapping[str, str], *, contribution: Contribution | None = None) -> dict[str, Any]:
    """What the fields hold: as typed, or the poll that waits, or nothing."""
    if typed:
        given = rules.as_typed(None, {f"opt_{name}": value for name, value in typed.items()})
        title = typed.get("title", "")
    elif poll := waiting_poll(contribution):
        box = Box.objects.prefetch_related("choices").get(contribution=poll)
        given = rules.as_typed(rules.rules_of(actions.poll_of(poll), box, [*box.choices.all()]), {})
        title = poll.title
    else:
        given, title = rules.as_typed(None, {}), ""
    return {**given, "title": title, "is_open": bool(title or given["choices"])}


def write(contribution: Contribution, typed: Mapping[str, str], *, by: Person) -> None:
    """Opens the poll, changes the one that waits, or takes it away when its question is empty. Raises Refused."""
    title, poll = typed.get("title", "").strip(), waiting_poll(contribution)
    if title and poll is None:
        actions.add_poll(contribution, title=title, options=dict(typed), by=by)
    elif title and poll is not None:
        revise(poll, title=title, body=poll.body.source, by=by, may_be_empty=True)
        actions.revise_poll(poll, options=dict(typed), by=by)
    elif typed.get("choices", "").strip():
        raise Refused(_("Give the poll its question, or empty its choices."), field="along_polls_title")
    elif poll is not None:
        retire(poll, by=by)
