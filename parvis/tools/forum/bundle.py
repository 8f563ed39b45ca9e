"""A topic's and an idea's part in a bundle: what stands in `detail`, written and read back. See docs/bundle.md.

Not here: texts, replies, tags (the spine's own rows) and the bundle's files (transfer).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from parvis.ballots.models import Budget, Points
from parvis.ballots.reading import points_by_person
from parvis.contributions.actions import touch_card
from parvis.contributions.outcomes import MAX_OUTCOME, ON_CARD
from parvis.kernel import markdown
from parvis.kernel.ids import encode
from parvis.toolkit.loading import Resolve, moment_in, person_in, text_in
from parvis.tools.forum.actions import MAX_REASON
from parvis.tools.forum.models import Category, Idea, Mode, Topic

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution


def _written(**fields: Any) -> dict[str, Any]:
    """Only what is set: a plain topic's detail is its mode."""
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def _key(value: int | None) -> str | None:
    return None if value is None else encode(value)


DEFAULT_BUDGET = 5  # points, as the model's own default


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def dump_topic(contribution: Contribution) -> dict[str, Any]:
    """mode, category (name), accepted_reply, outcome (+ _at, _by), closed_at, closed_because, budget."""
    topic = Topic.objects.select_related("category").get(contribution=contribution)
    return _written(
        mode=topic.mode,
        category=topic.category.name if topic.category else "",
        accepted_reply=_key(topic.accepted_reply_id),
        outcome=topic.outcome,
        outcome_at=_moment(topic.outcome_at),
        outcome_by=_key(topic.outcome_by_id),
        closed_at=_moment(topic.closed_at),
        closed_because=topic.closed_because,
        budget=topic.budget if topic.mode == Mode.BRAINSTORM and topic.budget != DEFAULT_BUDGET else None,
    )


def load_topic(contribution: Contribution, detail: dict[str, Any], *, resolve: Resolve) -> None:
    """Makes the detail of a topic what the bundle says; run again (once its replies are there), it changes no more.

    A category of a new name is added to the space. Unknown modes become discussions; what doesn't resolve is left out.
    """
    mode = detail.get("mode", Mode.DISCUSSION)
    mode = mode if mode in Mode.values else Mode.DISCUSSION
    name = text_in(detail, "category", 80)
    outcome = markdown.canonical(text_in(detail, "outcome", MAX_OUTCOME))
    rendered = markdown.render(outcome)
    budget = detail.get("budget", 5)
    budget = budget if isinstance(budget, int) and 1 <= budget <= 100 else 5
    accepted = _resolved(resolve, "replies", detail.get("accepted_reply"))
    Topic.objects.update_or_create(
        contribution=contribution,
        defaults={
            "mode": mode,
            "category": _category(contribution, name),
            "accepted_reply_id": accepted,
            "outcome": outcome,
            "outcome_html": rendered.html if outcome else "",
            "outcome_at": moment_in(detail.get("outcome_at")),
            "outcome_by_id": person_in(resolve, detail.get("outcome_by")),
            "closed_at": moment_in(detail.get("closed_at")),
            "closed_because": text_in(detail, "closed_because", MAX_REASON),
            "budget": budget,
        },
    )
    if mode == Mode.BRAINSTORM:
        Budget.objects.update_or_create(
            contribution=contribution,
            defaults={"points": budget, "closed_at": moment_in(detail.get("closed_at"))},
        )
    card = {"mode": mode}
    card |= {"answer": accepted} if accepted else {}
    card |= {"outcome": markdown.excerpt(rendered.text, ON_CARD)} if outcome else {}
    for stale in {"answer", "outcome"} - card.keys():
        contribution.card.pop(stale, None)
    touch_card(contribution, **card)


def _category(contribution: Contribution, name: str) -> Category | None:
    if not name:
        return None
    rows = Category.objects.filter(space_id=contribution.space_id)
    return rows.get_or_create(space_id=contribution.space_id, name=name, defaults={"position": rows.count()})[
        0
    ]


def _resolved(resolve: Resolve, table: str, source: Any) -> int | None:
    return resolve(table, source) if isinstance(source, str) and source else None


def dump_idea(contribution: Contribution) -> dict[str, Any]:
    """cluster, retained_at, retained_because, merged_into (an object), points {person: number}."""
    idea = Idea.objects.get(contribution=contribution)
    return _written(
        cluster=idea.cluster,
        retained_at=_moment(idea.retained_at),
        retained_because=idea.retained_because,
        merged_into=_key(idea.merged_into_id),
        points={encode(person): points for person, points in points_by_person(contribution).items()},
    )


def load_idea(contribution: Contribution, detail: dict[str, Any], *, resolve: Resolve) -> None:
    """Makes the detail of an idea what the bundle says, its points included; nobody is given more than the budget."""
    retained = moment_in(detail.get("retained_at"))
    idea, _created = Idea.objects.update_or_create(
        contribution=contribution,
        defaults={
            "cluster": text_in(detail, "cluster", 80),
            "retained_at": retained,
            "retained_because": text_in(detail, "retained_because", MAX_REASON),
            "merged_into": Idea.objects.filter(
                pk=_resolved(resolve, "objects", detail.get("merged_into"))
            ).first(),
        },
    )
    idea.points = _load_points(contribution, detail.get("points"), resolve)
    idea.save(update_fields=["points"])
    if retained and not contribution.card.get("retained"):
        touch_card(contribution, retained=True)


def _load_points(contribution: Contribution, given: Any, resolve: Resolve) -> int:
    budget = Budget.objects.filter(pk=contribution.part_of_id).first()
    Points.objects.filter(option=contribution).delete()
    if budget is None or not isinstance(given, dict):
        return 0
    total = 0
    for source, points in given.items():
        person = person_in(resolve, source)
        if person is None or not isinstance(points, int) or points < 1:
            continue
        spent = sum(Points.objects.filter(budget=budget, person_id=person).values_list("points", flat=True))
        points = min(points, budget.points - spent)
        if points < 1:
            continue
        Points.objects.create(
            budget=budget,
            option=contribution,
            person_id=person,
            points=points,
            space_id=contribution.space_id,
            audience=contribution.audience,
        )
        total += points
    return total
