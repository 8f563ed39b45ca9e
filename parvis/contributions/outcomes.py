"""What was decided, written on top of a contribution by the kinds that come to a decision.

Not here: who may, who is told, and the rows that hold it (each tool's own).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from parvis.contributions.actions import touch_card
from parvis.contributions.models import Contribution
from parvis.kernel import clock, markdown
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.people.models import Person

MAX_OUTCOME = 10_000
ON_CARD = 200  # characters of an outcome that a card shows


def write_outcome(contribution: Contribution, row: Any, outcome: str, *, by: Person) -> bool:
    """Keeps an outcome in its row (locked, with the columns outcome, _html, _at, _by) and on the card; whether it is another than before.

    An empty text takes it away. The caller has asked access. Raises Refused when the text is too long.
    """
    source = markdown.canonical(outcome.replace("\x00", "").replace("\r\n", "\n").strip())
    if len(source) > MAX_OUTCOME:
        raise Refused(
            _("Keep it under 10,000 characters: say what was decided, and link to the rest."), field="outcome"
        )
    if source == row.outcome:
        return False
    rendered = markdown.render(source)
    row.outcome, row.outcome_html = source, rendered.html if source else ""
    row.outcome_at, row.outcome_by = (clock.now(), by) if source else (None, None)
    row.save(update_fields=["outcome", "outcome_html", "outcome_at", "outcome_by"])
    contribution.card.pop("outcome", None)
    touch_card(contribution, **({"outcome": markdown.excerpt(rendered.text, ON_CARD)} if source else {}))
    return True
