"""Reads of points: one person's own, and who gave what to an option. Not here: writes (ballots.actions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.ballots.models import Points

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person


def own_points(contribution_id: int, person: Person) -> dict[int, int]:
    """What a person gave, by option, within the budget of one contribution."""
    rows = Points.objects.filter(budget_id=contribution_id, person=person)
    return dict(rows.values_list("option_id", "points"))


def points_by_person(option: Contribution) -> dict[int, int]:
    """What each person gave to an option; points are named, so that they can be changed and carried over."""
    return dict(Points.objects.filter(option=option).order_by("person_id").values_list("person_id", "points"))
