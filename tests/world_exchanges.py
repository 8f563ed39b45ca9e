"""A private exchange, and a message quoted to the moderators, in the world of the generated tests. Not here: the rest (world)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.contributions import replies
from parvis.contributions.reading import find_contribution
from parvis.exchanges import actions
from parvis.kernel.ids import encode

if TYPE_CHECKING:
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
    return {"exchange": encode(thing.id), "exchange_reply": encode(answer.id), "quotation": encode(quotation.id)}
