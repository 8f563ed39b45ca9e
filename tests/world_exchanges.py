"""A private exchange, a message quoted to the moderators, and announcements in the world of the generated tests.

Not here: the rest (world).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from parvis.announcements.actions import announce
from parvis.contributions import replies
from parvis.contributions.reading import find_contribution
from parvis.exchanges import actions
from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.tools.notes.actions import publish_note

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space
    from parvis.testing.cast import Cast
    from tests.world import Words


def exchange_here(cast: Cast, words: Words) -> dict[str, str]:
    """Between the author and the member, both of whom wrote; the member has reported what the author wrote first."""
    thing = actions.open_exchange(
        [cast.member], subject=words("Entre nous"), body=words("Que cela reste ici"), by=cast.author
    )
    seen = find_contribution(thing.id, cast.member)
    answer = replies.reply(seen, body=words("Rien ne sortira"), by=cast.member)
    replies.reply(find_contribution(thing.id, cast.author), body=words("Merci à toi"), by=cast.author)
    quotation = actions.quote(seen, None, reason=words("Cela m'inquiète"), by=cast.member)
    return {
        "exchange": encode(thing.id),
        "exchange_reply": encode(answer.id),
        "quotation": encode(quotation.id),
        "soon": _soon().isoformat(),
    }


def announcement_here(space: Space, words: Words, *, host: Person, author: Person) -> dict[str, str]:
    """A note that a host announced; to everyone, with a legal reason."""
    note = publish_note(space, body=words("Les locaux ferment"), by=author)
    reason = words("Consigne de sécurité") if host.is_administrator else ""
    announce(find_contribution(note.id, host), until=_soon(), by=host, legal_reason=reason)
    return {"announced": encode(note.id)}


def _soon() -> date:
    return clock.today() + timedelta(days=5)
