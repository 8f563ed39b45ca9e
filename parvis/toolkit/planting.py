"""The first texts of a community opened from a model, and a community's texts kept for a new model.

Asks for kinds by role; no tool is named. Not here: the models themselves (membership.templates).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from parvis.contributions.marking import pin
from parvis.contributions.marks import Pin
from parvis.toolkit import registry

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.membership.templates import Template
    from parvis.people.models import Person
    from parvis.spaces.models import Space

QUESTIONS_KEPT = 3
MENTION = re.compile(r"@\[[^\]]*\]\(person:[^)]*\)")


def plant(space: Space, template: Template, *, by: Person) -> list[Contribution]:
    """Writes the model's "start here", pinned, and its first questions, in the writer's language.

    Who may: whoever may post and pin in the space (its host). What no tool can hold is left out.
    """
    title, body = template.start_here(by.language)
    start = _begin(space, ("article", "discussion", "note"), title, body, by=by) if body else None
    if start is not None:
        pin(start, by=by, is_start_here=True)
    questions = template.first_questions(by.language)
    asked = [_begin(space, ("discussion", "note"), question, "", by=by) for question in questions]
    return [row for row in [start, *asked] if row is not None]


def _begin(space: Space, roles: tuple[str, ...], title: str, body: str, *, by: Person) -> Contribution | None:
    """A question when there's no body: the kind's first option is its simplest way to begin."""
    kind = next((found for role in roles if (found := registry.kind_for(space, role))), None)
    if kind is None:
        return None
    first = kind.options[0] if kind.options else None
    options = {"mode": first.mode} if first is not None and first.mode and not body else {}
    has_title = first is None or first.title != "none"
    begun: Contribution = kind.publish(
        space,
        title=title if has_title else "",
        body=body if has_title else body or title,
        by=by,
        options=options,
    )
    return begun


def texts_of(space: Space) -> dict[str, Any]:
    """The pinned "start here" of a space and its oldest questions, as a model keeps them: no name, no date."""
    start = (
        Pin.objects.filter(space_id=space.id, is_start_here=True).select_related("contribution__body").first()
    )
    kept: dict[str, Any] = {}
    if start is not None and start.contribution.is_published:
        kept["start_here"] = {
            "title": start.contribution.title,
            "body": MENTION.sub("", start.contribution.body.source),
        }
    kind = registry.kind_for(space, "discussion")
    if kind is not None:
        rows = space.contributions.filter(kind=kind.slug, state="published", is_listed=True).order_by(
            "published_at"
        )
        kept["first_questions"] = list(
            rows.exclude(title="").values_list("title", flat=True)[:QUESTIONS_KEPT]
        )
    return kept
